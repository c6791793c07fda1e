"""What happens when the store cannot be written: say it once and go on, or raise."""

from __future__ import annotations

import sys

__all__ = ["Trouble"]


class Trouble:
    """The write errors of one run. Each kind of error is reported once on stderr.

    With `strict` the error is raised instead.
    """

    __slots__ = ("_label", "_said", "strict")

    def __init__(self, label: str, *, strict: bool) -> None:
        self._label = label
        self._said: set[int | None] = set()
        self.strict = strict

    def met(self, error: OSError, what: str) -> None:
        """Note that `what` could not be written; raises the error when strict."""
        if self.strict:
            raise error
        if error.errno not in self._said:
            self._said.add(error.errno)
            self.say(f"{what} could not be written: {error}; going on without, and trying again")

    def say(self, text: str) -> None:
        """A line on stderr, if there is one."""
        if sys.stderr is not None:
            print(f"lineage_index.tracking: run {self._label}: {text}", file=sys.stderr, flush=True)
