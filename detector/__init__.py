"""A DNS name in, the targets that it looks like out, each one scored and explained.

`detector.judge` decides about one name; `detector.screen` picks, out of millions, those that are
worth judging. Both read the confusable map, `detector/data/confusables.txt`.

Nothing is imported here, so that asking about one name costs no more than judging it.
"""
