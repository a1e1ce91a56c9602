"""What can go wrong in the detector.

DetectorError
+-- InvalidName      a value that cannot be read as a DNS name
+-- InvalidMap       a confusable map that breaks its format or its rules
+-- InvalidTargets   a target list that cannot be used
+-- InvalidData      another data file of ours (suffixes, word list, Unicode source) is broken
"""

from __future__ import annotations


class DetectorError(Exception):
    """Root of everything that the detector raises on purpose."""


class InvalidName(DetectorError):
    """A value that cannot be read as a DNS name.

    Attributes:
        reason: a stable code (``empty_name``, ``empty_label``, ``label_too_long``, ``too_long``,
            ``not_utf8``, ``root``), the key under which rejects are counted.
        detail: one sentence for a person, with the place and the code point where there is one;
            it is escaped, so it can be printed.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class InvalidMap(DetectorError):
    """A confusable map that breaks its format or its rules; says the file and the line."""


class InvalidTargets(DetectorError):
    """A target list that cannot be used; `problems` says why, line by line."""

    def __init__(self, message: str, problems: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class InvalidData(DetectorError):
    """A data file other than map and targets is broken, or not the one that was expected."""
