"""Texts of others on a terminal, for the commands."""

from pql.diagnostics.visible import FORMULA, clip, fold, inert_json, printable, width

__all__ = ["FORMULA", "clip", "fold", "inert_json", "printable", "width"]
