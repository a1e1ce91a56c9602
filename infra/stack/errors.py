"""What can go wrong with the stack.

StackError     a server did not come up, or a step before that failed
+-- Missing    what it needs is not on this machine and cannot be fetched
"""


class StackError(Exception):
    """A server cannot be used; the text says why, for a person."""


class Missing(StackError):
    """Something is not installed or cannot be fetched; the text names it."""
