"""The command line of the stack."""

import sys

from infra.stack.jars import SETS, class_path, pin


def main() -> None:
    """Do what is asked."""
    if sys.argv[1] == "pin":
        pin()
    else:
        for name in SETS:
            print(class_path(name))
