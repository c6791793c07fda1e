"""Limit or offset that is no number of runs."""

from __future__ import annotations

from pql.check.rule import Rule, codes_from, contents_faults, search_faults, unit_faults

__all__ = ["RULE"]

_CODES = codes_from("PQL4")

RULE = Rule(
    name="wrong-limit",
    codes=_CODES,
    title="limit or offset that is no number of runs",
    message="",
    doc="""\
A limit is a whole number of at least 1, an offset of at least 0. Polyaxon reads a limit of 0 as
5000.
""",
    wrong="""\
[q]
status:running
sort: uuid
limit: 0
""",
    right="""\
[q]
status:running
sort: uuid
limit: 1
""",
    on_search=search_faults(_CODES),
    on_unit=unit_faults(_CODES),
    on_contents=contents_faults(_CODES),
)
