"""A diagnostic is data: a code, a place and the facts that its message is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from pql.diagnostics.span import Span

if TYPE_CHECKING:
    from pql.diagnostics.code import Code

__all__ = ["Diagnostic", "PqlError", "Severity"]


class Severity(Enum):
    """An error stops the query; a warning is told beside the answer."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a query text.

    `code` is a key of the registry, `span` the place in `source`, `payload` the values that the code's
    message names, `hint` what to do about it (it may be empty).
    """

    code: str
    span: Span
    payload: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    source: str = "query"

    @property
    def severity(self) -> Severity:
        """The severity that the registry gives this code."""
        return Severity.WARNING if _known(self.code).warning else Severity.ERROR

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        return _known(self.code).message.format_map(self.payload)


def _known(code: str) -> Code:
    from pql.diagnostics.registry import CODES  # the words are needed only where there is a finding

    return CODES[code]


class PqlError(Exception):
    """A query that can't be compiled, and why. `text` is what the diagnostic's span points into."""

    def __init__(self, diagnostic: Diagnostic, text: str) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.text = text
