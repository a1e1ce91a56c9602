"""Commands: one module each, with ``configure`` for its arguments and ``run`` to carry it out.

A command parses, calls and prints; nothing else in the pipeline prints.
"""
