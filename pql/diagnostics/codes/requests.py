"""Codes of requests of `pql batch`."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["REQUESTS"]

REQUESTS = (
    Code(
        "PQL901",
        "request not readable",
        "the line is no JSON object: {reason}",
        "Each line of a batch is one JSON object.",
        "status:running",
        '{"id": 1, "query": "status:running"}',
        Form.REQUEST,
    ),
    Code(
        "PQL902",
        "request not valid",
        "the request can't be answered: {reason}",
        "A request has the keys id, query, sort, limit, offset and entity, each of its type.",
        '{"id": 1, "query": "status:running", "limit": "ten"}',
        '{"id": 1, "query": "status:running", "limit": 10}',
        Form.REQUEST,
    ),
)
