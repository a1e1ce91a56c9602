"""``python -m infra.stack``: see `infra.stack.command`."""

import sys

from infra.stack.command import main

if __name__ == "__main__":
    sys.exit(main())
