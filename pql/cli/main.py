"""The command `pql`: a file a command, imported when it is called."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pql.cli.exits import EPILOG, Exit
from pql.cli.streams import closing_quietly, open_missing

__all__ = ["app", "main"]


class _Group(TyperGroup):
    """Sees to the output before Typer does, which would end a command with 1 when its reader has gone."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        with closing_quietly():  # --help and --version print here
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        with closing_quietly():
            return super().invoke(ctx)


app = typer.Typer(
    name="pql",
    cls=_Group,
    help="Find machine-learning runs with the Polyaxon Query Language.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
index_app = typer.Typer(help="Make and keep the index.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(index_app, name="index")

IndexOption = Annotated[
    str | None,
    typer.Option("--index", metavar="DIR", help="The index; else $PQL_INDEX, else the nearest .pql upwards."),
]

AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="VERSION|DATE", help="The index as it was: a version, or a time (UTC)."),
]

TextOrJson = Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="text or json.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"pql-lineage {version('pql-lineage')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog=EPILOG)
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for; nothing means every run.")] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", "-s", help="Sort keys, comma separated; `-` in front reverses.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="At most N rows (default 20).")
    ] = None,
    offset: Annotated[
        str, typer.Option("--offset", metavar="N", help="Pass over the first N matches.")
    ] = "0",
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    entity: Annotated[str, typer.Option("--entity", help="runs, artifacts or points.")] = "runs",
    columns: Annotated[
        str | None,
        typer.Option("--columns", "-c", metavar="NAMES", help="Fields and keys: name,inputs.lr,metrics.*"),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, wide, json, jsonl, csv, parquet, arrow, markdown or uuid.",
            metavar="FORMAT",
        ),
    ] = None,
    file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="TOKEN", help="The page after this one; `start` is the first."),
    ] = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Find runs.

    \b
    pql search "metrics.loss:<0.01" --sort metrics.loss
    pql search "tags:demo" --columns "name,inputs.*,metrics.loss" --format csv
    """
    from pql.cli.search import SearchOptions, run_search

    run_search(
        SearchOptions(query, sort, limit, offset, every, entity, columns, output, file, after, as_of, index)
    )


@app.command(epilog=EPILOG)
def why(
    run: Annotated[str, typer.Argument(help="A uuid, the beginning of one, or a name.", metavar="RUN")],
    query: Annotated[str, typer.Argument(help="The query that it is held against.")],
    output: TextOrJson = "text",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Say why a run matches a query, or why not.

    \b
    pql why 423d2024 "metrics.loss:<0.01, tags:plain"
    pql why 423d2024 "status:failed | metrics.loss:<0.0001" --format json
    """
    from pql.cli.why import run_why

    run_why(run, query, output, as_of, index)


@app.command(epilog=EPILOG)
def keys(
    pattern: Annotated[
        str | None, typer.Argument(help="A part of the name, or a pattern with `*`; nothing means every key.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    output: TextOrJson = "text",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """List the keys that runs have: types, how many runs, range, examples.

    \b
    pql keys loss
    pql keys "inputs.*" --format json
    """
    from pql.cli.keys import run_keys

    run_keys(pattern, every, output, as_of, index)


@app.command("stats", epilog=EPILOG)
def query_stats(
    query: Annotated[str | None, typer.Argument(help="Which runs; nothing means every run.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAMES", help="Fields and keys to group by.")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="NAMES",
            help="Which numbers (default: every metric); the best is the lowest, after `-` the highest.",
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="As for search, but for uuid.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Count the runs that match and describe their numbers.

    \b
    pql stats "tags:demo" --by inputs.dropout --of metrics.loss
    pql stats --by inputs.epochs --of "-metrics.accuracy" --format csv
    """
    from pql.cli.stats import run_stats

    run_stats(query, by, of, output, file, as_of, index)


@app.command(epilog=EPILOG)
def show(
    run: Annotated[str, typer.Argument(help="A uuid, the beginning of one, or a name.", metavar="RUN")],
    output: TextOrJson = "text",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Show one run: fields, inputs, outputs, curves, artifacts.

    \b
    pql show 423d2024
    pql show 423d2024 --format json
    """
    from pql.cli.show import run_show

    run_show(run, output, as_of, index)


@app.command(epilog=EPILOG)
def lineage(
    what: Annotated[
        str, typer.Argument(help="A run, or an artifact by content, URI or name.", metavar="RUN|ARTIFACT")
    ],
    up: Annotated[
        str | None, typer.Option("--up", metavar="N", help="Upstream only, so many hops at most.")
    ] = None,
    down: Annotated[
        str | None, typer.Option("--down", metavar="N", help="Downstream only, so many hops at most.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="IDENTITY", help="An artifact is the same by content or by uri.")
    ] = "content",
    output: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="tree, dot, mermaid or json.")
    ] = "tree",
    file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Show what a run comes from and what comes of it.

    \b
    pql lineage 423d2024
    pql lineage 423d2024 --up 2 --format mermaid
    """
    from pql.cli.lineage import run_lineage

    run_lineage(what, up, down, by, output, file, as_of, index)


@app.command(epilog=EPILOG)
def compare(
    what: Annotated[
        list[str], typer.Argument(help="One query, or several runs.", metavar="QUERY|RUN RUN...")
    ],
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="At most N runs of a query (default 8).")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="As for search, but for uuid.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Put runs side by side: inputs that differ first, then metrics.

    \b
    pql compare "metrics.loss:<0.01" --sort metrics.loss --limit 3
    pql compare 423d2024 a97f6a51
    """
    from pql.cli.compare import run_compare

    run_compare(what, sort, limit, output, file, as_of, index)


@app.command(epilog=EPILOG)
def batch(
    file: Annotated[str | None, typer.Argument(help="JSON lines; standard input if left out or -.")] = None,
    index: IndexOption = None,
) -> None:
    """Answer many queries in one process: JSON lines in, JSON lines out, in the same order.

    In: {"id", "query", "sort", "limit", "offset", "entity"}, all but id optional. Out: {"id", "uuids",
    "total"}, {"id", "artifacts", "total"}, {"id", "points", "total"}, or
    {"id", "error": {"code", "message", "span"}}.
    """
    from pql.cli.batch import run_batch

    run_batch(file, index)


@app.command(epilog=EPILOG)
def explain(
    what: Annotated[str, typer.Argument(help="A query, or a code such as PQL301.", metavar="QUERY|CODE")],
    emit: Annotated[
        str, typer.Option("--emit", metavar="STAGE", help="text, ast, bound, plan, sql or duckdb.")
    ] = "text",
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="As for search (default 20).")
    ] = None,
    offset: Annotated[str, typer.Option("--offset", metavar="N", help="As for search.")] = "0",
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    entity: Annotated[str, typer.Option("--entity", help="runs, artifacts or points.")] = "runs",
    index: IndexOption = None,
) -> None:
    """Say what a query asks for, or what a code means: pql explain "metrics.loss:<0.01" """
    from pql.cli.explain import run_explain

    run_explain(what, emit, sort, limit, offset, every, entity, index)


@app.command(epilog=EPILOG)
def resolve(
    file: Annotated[str, typer.Argument(help="An operation file: YAML or JSON.")],
    op: Annotated[str | None, typer.Option("--op", metavar="NAME", help="Which operation of a DAG.")] = None,
    params: Annotated[
        list[str] | None,
        typer.Option("--param", "-P", metavar="NAME=VALUE", help="A param, or globals.NAME=VALUE."),
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="UUID", help="The run that joins: left out of the matches.")
    ] = None,
    dag_run: Annotated[
        str | None, typer.Option("--dag-run", metavar="UUID", help="The DAG's run, for `ref: ops.NAME`.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show each search and how many runs match.")
    ] = False,
    lock: Annotated[
        str | None, typer.Option("--lock", metavar="FILE", help="Write the outcome (default FILE.lock).")
    ] = None,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail, saying what moved, unless all is as locked.")
    ] = False,
    update: Annotated[bool, typer.Option("--update", help="Write the lock file again.")] = False,
    output: Annotated[str, typer.Option("--format", "-f", help="yaml or json.", metavar="FORMAT")] = "yaml",
    index: IndexOption = None,
) -> None:
    """Resolve the joins of an operation: pql resolve operation.yaml"""
    from pql.cli.resolve import run_resolve

    run_resolve(file, op, params or [], run, dag_run, dry_run, lock, locked, update, output, index)


@app.command(epilog=EPILOG)
def fmt(
    query: Annotated[str | None, typer.Argument(help="A query; standard input if left out or -.")] = None,
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys to write out, too.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print nothing; end with 1 if it is not canonical.")
    ] = False,
) -> None:
    """Write a query in its canonical form: pql fmt "status : running|failed and kind:job" """
    from pql.cli.fmt import run_fmt

    run_fmt(query, sort, check)


@app.command(
    epilog="Exit codes: 0 nothing found, 1 findings, 2 wrong usage or a file that can't be read, "
    "3 index missing or unreadable."
)
def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders (default: this one); - is standard input."),
    ] = None,
    query: Annotated[list[str] | None, typer.Option("--query", "-q", help="A query to check.")] = None,
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
        str | None, typer.Option("--index", metavar="DIR", help="Also hold keys and values against this.")
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since", metavar="REV", help="Only files that changed since this branch left REV."
        ),
    ] = None,
    stdin_filename: Annotated[
        str | None, typer.Option("--stdin-filename", metavar="NAME", help="What `-` is called.")
    ] = None,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="List the rules.")] = False,
) -> None:
    """Find what is wrong in operation files and saved queries: pql check queries/"""
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
            index,
            changed_since,
            stdin_filename,
            list_rules,
        )
    )


@index_app.command(epilog=EPILOG)
def refresh(
    store: Annotated[str, typer.Argument(help="The folder of run folders.")],
    index: IndexOption = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep every point of the metrics.")
    ] = True,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every folder again, whatever times and sizes say.")
    ] = False,
    report: Annotated[str, typer.Option("--report", help="text or json.")] = "text",
) -> None:
    """Bring the index up to date with a store: pql index refresh runs/"""
    from pql.cli.refresh import run_refresh

    run_refresh(store, index, history, verify, report)


@index_app.command(epilog=EPILOG)
def watch(
    store: Annotated[str, typer.Argument(help="The folder of run folders.")],
    index: IndexOption = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep every point of the metrics.")
    ] = True,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", help="Take changes in at most this often.")
    ] = 1.0,
    once_idle: Annotated[bool, typer.Option("--once-idle", help="End when nothing changes.")] = False,
) -> None:
    """Follow a store until stopped: pql index watch runs/"""
    from pql.cli.watch import run_watch

    run_watch(store, index, history, every, once_idle)


@index_app.command(epilog=EPILOG)
def compact(index: IndexOption = None) -> None:
    """Rewrite scattered files, drop dead rows, choose the promoted keys anew."""
    from pql.cli.maintain import run_compact

    run_compact(index)


@index_app.command(epilog=EPILOG)
def vacuum(
    index: IndexOption = None,
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="Keep versions younger than this: 12h, 7d.")
    ] = "7d",
) -> None:
    """Take away old versions and the files that only they had."""
    from pql.cli.maintain import run_vacuum

    run_vacuum(index, older_than)


@index_app.command("history", epilog=EPILOG)
def index_history(index: IndexOption = None, output: TextOrJson = "text") -> None:
    """List the versions of the index."""
    from pql.cli.maintain import run_history

    run_history(index, output)


@index_app.command(epilog=EPILOG)
def verify(
    index: IndexOption = None,
    store: Annotated[
        str | None, typer.Option("--store", help="Compare with the files of this store too.")
    ] = None,
    output: TextOrJson = "text",
) -> None:
    """Check that the tables agree with each other; ends with 3 if something does not."""
    from pql.cli.maintain import run_verify

    run_verify(index, store, output)


@index_app.command(epilog=EPILOG)
def stats(index: IndexOption = None, output: TextOrJson = "text") -> None:
    """Say how large the index is."""
    from pql.cli.maintain import run_stats

    run_stats(index, output)


@index_app.command(epilog=EPILOG)
def export(
    target: Annotated[str, typer.Argument(help="A new folder, or a new file for duckdb.")],
    index: IndexOption = None,
    output: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="parquet, csv or duckdb.")
    ] = "parquet",
) -> None:
    """Write the live rows of every table as plain files for other tools."""
    from pql.cli.maintain import run_export

    run_export(target, index, output)


def main() -> None:
    """Entry point: no traceback ever reaches a user, unless PQL_TRACEBACK is set."""
    open_missing()
    try:
        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(int(Exit.INTERRUPTED)) from None
    except Exception as error:
        if os.environ.get("PQL_TRACEBACK"):
            raise
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("set PQL_TRACEBACK=1 for the traceback, and please report it", file=sys.stderr)
        raise SystemExit(int(Exit.INTERNAL)) from None
