"""The options of `pql check`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption

__all__ = ["check"]


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders (default: this one); - is standard input."),
    ] = None,
    query: Annotated[
        list[str] | None, typer.Option("--query", "-q", help="A query to check, or @name of a saved one.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="CODES", help="Only these codes or rules, comma separated."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODES", help="Not these codes or rules.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Rewrite what has a safe fix.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change.")] = False,
    output: Annotated[
        str,
        typer.Option("--format", "-f", metavar="FORMAT", help="text, concise, json, sarif, github or junit."),
    ] = "text",
    output_file: Annotated[
        str | None, typer.Option("--output-file", "-o", metavar="FILE", help="Write there.")
    ] = None,
    index: Annotated[
        str | None, typer.Option("--index", metavar="DIR|URL", help="Also hold keys and values against this.")
    ] = None,
    as_of: AsOfOption = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since", metavar="REV", help="Only files that changed since this branch left REV."
        ),
    ] = None,
    stdin_filename: Annotated[
        str | None, typer.Option("--stdin-filename", metavar="NAME", help="What `-` is called.")
    ] = None,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="Leave excluded files out even if they are named.")
    ] = False,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="List the rules.")] = False,
) -> None:
    """Find what is wrong in operation files and saved queries.

    \b
    pql check operation.yaml --format concise
    pql check --query "metrics.loss:<0.01 and status:failed"
    """
    from pql.cli.check import CheckOptions, run_check

    run_check(
        CheckOptions(
            tuple(paths or ()),
            tuple(query or ()),
            tuple(select or ()),
            tuple(ignore or ()),
            fix,
            diff,
            output,
            output_file,
            as_of,
            index,
            changed_since,
            stdin_filename,
            list_rules,
            force_exclude,
        )
    )
