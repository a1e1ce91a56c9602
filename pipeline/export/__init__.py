"""Exports: what was found, in, as what blocks it or shares it, out."""
