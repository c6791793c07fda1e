"""Texts of others on a terminal, for the commands."""

from pql.diagnostics.visible import clip, inert_json, printable, width

__all__ = ["clip", "inert_json", "printable", "width"]
