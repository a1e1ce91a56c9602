"""What can go wrong in the classifier.

ClassifierError
+-- InvalidConfusables   not Unicode's confusables.txt, or cut short
+-- InvalidVerdicts      a file of verdicts by eye that breaks its format
+-- InvalidDataset       glyphs and labels that cannot be trained on or scored
"""

from __future__ import annotations


class ClassifierError(Exception):
    """Root of everything that the classifier raises on purpose."""


class InvalidConfusables(ClassifierError):
    """The file of UTS #39 is another file, is cut short or has a broken row; says which line."""


class InvalidVerdicts(ClassifierError):
    """A file of verdicts by eye breaks its format; says the line."""


class InvalidDataset(ClassifierError):
    """Glyphs and labels that cannot be trained on or scored; says what is missing."""
