"""Joins: from matched runs to the params of an operation."""

from pql.joins.model import (
    Join,
    JoinParam,
    MatchedArtifact,
    MatchedColumns,
    MatchedRun,
    PathEntry,
    Paths,
    Resolution,
    ResolvedParam,
)
from pql.joins.opfile import Operation, read_operation
from pql.joins.references import FLAGS, REFERENCES, Reference, parse_reference
from pql.joins.resolver import concatenate, resolve
from pql.joins.source import placed
from pql.joins.values import Context

__all__ = [
    "FLAGS",
    "REFERENCES",
    "Context",
    "Join",
    "JoinParam",
    "MatchedArtifact",
    "MatchedColumns",
    "MatchedRun",
    "Operation",
    "PathEntry",
    "Paths",
    "Reference",
    "Resolution",
    "ResolvedParam",
    "concatenate",
    "parse_reference",
    "placed",
    "read_operation",
    "resolve",
]
