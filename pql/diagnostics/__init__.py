"""Diagnostics: the registry of codes, the data of a finding, its rendering."""

from pql.diagnostics.diagnostic import Diagnostic, PqlError, Severity
from pql.diagnostics.registry import CODES, Code
from pql.diagnostics.span import Span

__all__ = ["CODES", "Code", "Diagnostic", "PqlError", "Severity", "Span"]
