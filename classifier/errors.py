"""What can go wrong in the classifier.

ClassifierError
+-- InvalidConfusables   not Unicode's confusables.txt, or cut short
+-- InvalidVerdicts      a file of verdicts by eye that breaks its format
+-- InvalidDataset       glyphs and labels that cannot be trained on or scored
+-- InvalidRecipe        a training's settings that cannot be carried out
+-- TrainingFailed       the loss or the weights are no numbers any more
+-- InvalidModel         no model of ours, damaged, or not the one that was asked for
+-- ModelNotWritten      a model or a search cannot be stored; what was there before still is
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


class InvalidRecipe(ClassifierError):
    """A training's settings that cannot be carried out; says which one and its range."""


class TrainingFailed(ClassifierError):
    """The loss or the weights are no numbers any more; says the step. Nothing was written."""


class InvalidModel(ClassifierError):
    """A file given as a model is none of ours, is damaged, or belongs to other data."""


class ModelNotWritten(ClassifierError):
    """A model or a search cannot be stored; a file that was there before is as it was."""
