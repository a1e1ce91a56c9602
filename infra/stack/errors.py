"""What can go wrong with the stack."""


class StackError(Exception):
    """A server cannot be had or did not come up; the text says why, for a person."""
