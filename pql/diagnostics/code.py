"""What is known of one kind of finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Code", "Form"]


class Form(Enum):
    """What an example is: a query; a command line; a request of `pql batch`; an operation file; or a sketch
    of what is too long to be shown, or needs more than a text to come about."""

    QUERY = "query"
    COMMAND = "command"
    REQUEST = "request"
    OPERATION = "operation"
    SKETCH = "sketch"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    `message` is a format string over the diagnostic's payload. `meaning` says when it appears; `wrong` and
    `right` are an example that has the problem and its mended form. The tests run both, but for sketches.
    """

    code: str
    title: str
    message: str
    meaning: str
    wrong: str
    right: str
    form: Form = Form.QUERY
    warning: bool = False
