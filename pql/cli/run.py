"""`pql run`: the operations of a file, as processes of this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from lineage_index.index.locate import index_for_writing
from lineage_index.index.refresh import StoreMissing
from lineage_index.local.outcome import BusyError, Options, Outcome, UnknownRunError
from lineage_index.local.plan import FaultsError, read_plan
from lineage_index.local.run import run_file
from pql.binder.binder import Clock
from pql.check.output.text import plain as told
from pql.check.report import CheckReport
from pql.cli.exits import Exit, fail, guarded
from pql.cli.params import context_of, read_file
from pql.cli.run_progress import Progress
from pql.cli.text import printable
from pql.joins.paths import is_uri

__all__ = ["TERMINATED", "run_run"]

TERMINATED = 143
"""The exit code after SIGTERM, as shells have it."""


def run_run(
    file: str,
    wanted: str | None,
    dag_run: str | None,
    params: Sequence[str],
    store: str | None,
    index: str | None,
    concurrency: int | None,
    project: str | None,
    resume: bool,
) -> None:
    """Run the file; ends with 0 if every run succeeded, 1 if some did not, 130 or 143 after a signal."""
    path = Path(file)
    if dag_run is not None and wanted is None:
        fail("error: --dag-run goes with --op NAME, the operation to be run", Exit.USAGE)
    context = context_of(params, None, dag_run)
    with guarded():
        data = read_file(path)
        clock = Clock(datetime.now(UTC), UTC)
        try:
            plan = read_plan(data, file, path.stem, clock, wanted)
        except FaultsError as error:
            report = CheckReport(error.findings, {file: error.text}, 1)
            fail(told(report).rstrip(), Exit.USAGE)
        options = Options(
            file=path,
            store=_store(store or os.environ.get("PQL_STORE") or "runs"),
            index=index_for_writing(index),
            params=context.params,
            globals=context.globals,
            concurrency=concurrency,
            project=project,
            resume=resume,
            dag_run=context.dag_run,
        )
        progress = Progress(sys.stderr, plan.source.text)
        try:
            outcome = run_file(plan, options, progress)
        except (BusyError, StoreMissing, UnknownRunError) as error:
            fail(f"error: {printable(str(error))}", Exit.USAGE)
        except OSError as error:
            where = f"{printable(str(error.filename))}: " if error.filename else ""
            fail(f"error: {where}{error.strerror or error}", Exit.USAGE)
        finally:
            progress.clear()
    progress.summary(outcome)
    _end(outcome)


def _store(named: str) -> Path:
    if is_uri(named):
        fail(f"error: a local run writes to a folder of this machine, not to {printable(named)}", Exit.USAGE)
    return Path(named)


def _end(outcome: Outcome) -> None:
    if outcome.signal:
        code = int(Exit.INTERRUPTED) if outcome.signal == "SIGINT" else TERMINATED
        raise SystemExit(code)
    if not outcome.complete:
        raise SystemExit(int(Exit.NOTHING))
