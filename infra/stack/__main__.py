"""Command: ``python -m infra.stack pin`` and what a developer does with the servers by hand."""

from infra.stack.command import main

if __name__ == "__main__":
    main()
