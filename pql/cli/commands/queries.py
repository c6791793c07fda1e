"""The options of `pql queries`."""

from __future__ import annotations

from pql.cli.options import TextOrJson

__all__ = ["queries"]


def queries(output: TextOrJson = "text") -> None:
    """List the saved queries of the project: `[queries.NAME]` of pql.toml.

    \b
    pql queries
    pql queries --format json
    """
    from pql.cli.queries import run_queries

    run_queries(output)
