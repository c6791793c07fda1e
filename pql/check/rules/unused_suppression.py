"""Comments that silence nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.comments import Suppression
from pql.check.model import Report
from pql.check.rule import Rule

__all__ = ["RULE"]


def _check(unused: Suppression) -> Iterator[Report]:
    what = f"`{unused.code}`" if unused.code else "this comment"
    yield Report(unused.span, {"what": what}, "take it away, so that it hides nothing later")


RULE = Rule(
    name="unused-suppression",
    codes=("PQL791",),
    title="suppression that silences nothing",
    message="{what} silences nothing on this line",
    doc="""\
A comment `# pql: ignore[CODE]` speaks of findings on its line, and of those in a text that begins
there. There is none with this code. Codes that are not selected, or that need an index where there is
none, are passed over.
""",
    wrong="""\
[failed]
status:failed  # pql: ignore[PQL711]
""",
    right="""\
[failed]
status:failed
""",
    on_unused=_check,
)
