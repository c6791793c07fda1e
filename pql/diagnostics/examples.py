"""Examples for the codes that no query on its own provokes: sort keys, limits, requests, an index."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXAMPLES", "Example"]


@dataclass(frozen=True, slots=True)
class Example:
    """What has the problem, and its mended form: command lines, requests of `pql batch`, or a query with an
    ellipsis where it is too long to be shown."""

    wrong: str
    right: str


EXAMPLES: dict[str, Example] = {
    "PQL111": Example("NOT (NOT (NOT (… 201 levels …)))", "NOT (status:running)"),
    "PQL112": Example("name:run-1|run-2|run-3|… 65,536 characters and more …", "name:/^run-[0-9]+$/"),
    "PQL204": Example(
        'pql explain "status:running" --sort artifacts.name',
        'pql explain "status:running" --sort -metrics.accuracy',
    ),
    "PQL401": Example(
        '{"id": 1, "query": "status:running", "limit": 0}',
        '{"id": 1, "query": "status:running", "limit": 10}',
    ),
    "PQL402": Example(
        '{"id": 1, "query": "status:running", "offset": -1}',
        '{"id": 1, "query": "status:running", "offset": 10}',
    ),
    "PQL403": Example(
        "(artifacts.kind:a OR artifacts.name:b), (artifacts.kind:c OR artifacts.name:d), … nine such …",
        "artifacts(kind:a OR name:b), artifacts(kind:c OR name:d)",
    ),
    "PQL501": Example('pql search "metrics.lss:<0.1"', 'pql search "metrics.loss:<0.1"'),
    "PQL901": Example("status:running", '{"id": 1, "query": "status:running"}'),
    "PQL902": Example(
        '{"id": 1, "query": "status:running", "limit": "ten"}',
        '{"id": 1, "query": "status:running", "limit": 10}',
    ),
}
