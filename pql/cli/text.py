"""Texts of others on a terminal, for the commands."""

from pql.diagnostics.visible import clip, printable, width

__all__ = ["clip", "printable", "width"]
