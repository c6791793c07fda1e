"""Texts of others on a terminal, for the commands."""

from pql.diagnostics.visible import clip, fold, inert_json, printable, width

__all__ = ["clip", "fold", "inert_json", "printable", "width"]
