"""Will train a network on bitmaps of glyphs and write the confusable map with it; empty so far."""
