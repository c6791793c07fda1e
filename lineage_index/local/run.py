"""`run_file`: the operations of a file as tracked processes of this machine."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.refresh import refresh
from lineage_index.index.resolve import operation_names
from lineage_index.local.checks import check_filled, check_trials
from lineage_index.local.events import (
    Begun,
    Noted,
    Output,
    Report,
    RunBegun,
    RunEnded,
    StepBegun,
    StepEnded,
)
from lineage_index.local.job import Job, Workshop
from lineage_index.local.outcome import BusyError, Options, Outcome, UnknownRunError
from lineage_index.local.plan import Plan, Step
from lineage_index.local.pool import Ending, run_pool
from lineage_index.local.record import (
    FILE_KEY,
    PRINT_KEY,
    SEED_KEY,
    Earlier,
    LineTail,
    LocalRun,
    digest,
    earlier_runs,
    hold,
    latest,
)
from lineage_index.local.signals import Signals
from lineage_index.local.trials import make_trials
from lineage_index.local.verdicts import goes, judged, seed_of, status_of_all, status_of_one
from lineage_index.tracking.statuses import DONE
from pql.joins.space import read_space

__all__ = ["run_file"]


def run_file(plan: Plan, options: Options, report: Report) -> Outcome:
    """Run every operation of a plan, one after another; the runs of a matrix some at a time.

    Each run is a process with a run folder of its own; the index is refreshed before each operation, so that
    its joins find what went before, and at the end. A run that fails keeps nothing else from running. SIGINT,
    SIGTERM and SIGHUP stop the processes and mark their runs; the outcome then has the signal's name.

    Raises PqlError (with the place in the file), BusyError, UnknownRunError, StoreError, OSError.
    """
    check_filled(plan, options.params)
    options = replace(options, store=options.store.absolute(), index=options.index.absolute())
    options.store.mkdir(parents=True, exist_ok=True)
    with Signals() as signals:
        return _Runner(plan, options, report, signals).run()


class _Runner:
    def __init__(self, plan: Plan, options: Options, report: Report, signals: Signals) -> None:
        self._plan = plan
        self._options = options
        self._report = report
        self._signals = signals
        file = str(options.file.resolve())
        self._key = digest(file, plan.name) if plan.alone else digest(file)
        self._shop = Workshop(
            options.store,
            options.file.resolve().parent,
            options.project,
            options.params,
            options.globals,
            report,
        )
        self._counts: Counter[str] = Counter()
        self._lock: int | None = None
        self._open: list[LocalRun] = []
        self._uuids: dict[str, str] = {}
        self._ends: dict[str, str] = {}

    def run(self) -> Outcome:
        plan = self._plan
        if plan.warnings:
            self._report(Noted(plan.warnings))
        try:
            before = self._before()
            if plan.dag is not None and not plan.alone:
                uuid = self._dag(before)
            else:
                self._find_upstream(plan.steps[0])
                history = [] if before is None else [before]
                uuid = self._step(plan.steps[0], self._options.dag_run, history)
        except BaseException as error:
            for run in reversed(self._open):
                run.end("failed", type(error).__name__, str(error))
            raise
        finally:
            if self._lock is not None:
                os.close(self._lock)
        refresh(self._options.store, self._options.index)
        counts = self._counts
        return Outcome(
            uuid,
            counts["succeeded"],
            counts["failed"] + counts["upstream_failed"],
            counts["stopped"],
            counts["kept"],
            self._signals.name,
        )

    def _before(self) -> Earlier | None:
        """The run to be resumed."""
        if not self._options.resume:
            return None
        with self._refreshed() as index:
            found = latest(index, self._key)
        if found is None:
            self._report(Noted(text="there is nothing to resume; this is the first run of the file here"))
        return found

    def _refreshed(self) -> Index:
        refresh(self._options.store, self._options.index)
        return Index.open(self._options.index)

    def _find_upstream(self, step: Step) -> None:
        """The runs of a DAG that is there already, of the operations that this one comes after."""
        dag_run = self._options.dag_run
        if dag_run is None:
            return
        with self._refreshed() as index:
            if not index.count(f'uuid:"{dag_run}"'):
                raise UnknownRunError(f"the index has no run {dag_run}")
            newest_first = earlier_runs(index, dag_run)
        self._uuids = {each.name: each.uuid for each in reversed(newest_first) if each.name in step.upstream}

    def _take(self, before: Earlier | None, step: str, **fields: Any) -> LocalRun:
        """The run of a DAG or a matrix: the earlier one, or a new one."""
        top = not self._open
        if before is not None and top:
            self._hold(before.uuid)
        run = LocalRun(
            name=step,
            project=self._options.project,
            store=self._options.store,
            run_uuid=None if before is None else before.uuid,
            **fields,
        )
        if top:
            run.log_meta({FILE_KEY: self._key})
            if before is None:
                self._hold(run.uuid)
            self._report(Begun(step, run.uuid, before is not None))
        run.flush()
        self._open.append(run)
        return run

    def _hold(self, uuid: str) -> None:
        self._lock = hold(self._options.store / uuid)
        if self._lock is None:
            raise BusyError(f"the run {uuid} is still going on")

    def _close(self, run: LocalRun, status: str, reason: str, message: str) -> None:
        self._open.remove(run)
        run.end(status, reason, message)

    def _dag(self, before: Earlier | None) -> str:
        run = self._take(before, self._plan.name, kind="dag", runtime="dag")
        for step in self._plan.steps:
            history: list[Earlier] = []
            if before is not None:
                with self._refreshed() as index:
                    history = [each for each in earlier_runs(index, run.uuid) if each.name == step.name]
            if self._signals.number is not None:
                break
            if goes(step, self._ends):
                self._step(step, run.uuid, history)
            else:
                self._pass_over(step, run.uuid)
        ends = set(self._ends.values())
        if self._signals.number is not None:
            self._close(run, "stopped", self._signals.name, "the local run was told to stop")
        elif ends <= {"succeeded"}:
            self._close(run, "succeeded", "LocalRun", "all operations succeeded")
        else:
            wrong = ", ".join(name for name, end in self._ends.items() if end != "succeeded")
            self._close(run, "failed", "LocalRun", f"not succeeded: {wrong}")
        return run.uuid

    def _pass_over(self, step: Step, pipeline: str) -> None:
        """Record an operation that does not run because of those before it."""
        needed = ", ".join(f"{name} {self._ends[name]}" for name in step.upstream)
        message = f"{step.trigger} of {needed}"
        run = LocalRun(step.name, self._options.project, store=self._options.store, pipeline=pipeline)
        run.end("upstream_failed", step.trigger, message)
        self._ends[step.name] = "upstream_failed"
        self._counts["upstream_failed"] += 1
        self._report(RunEnded(step.name, run.uuid, "upstream_failed", 0.0, message))

    def _step(self, step: Step, pipeline: str | None, history: Sequence[Earlier]) -> str:
        """Run one operation; gives the uuid of its run."""
        with ExitStack() as laid_out:
            with self._refreshed() as index:
                if step.matrix is not None:
                    return self._matrix(step, index, pipeline, history, laid_out)
                job = self._shop.job(index, step.operation, step.name, pipeline, {}, laid_out, say=True)
            return self._single(step, job, pipeline, history)

    def _single(self, step: Step, job: Job, pipeline: str | None, history: Sequence[Earlier]) -> str:
        done = [each for each in history if each.meta.get(PRINT_KEY) == job.print]
        kept = next((each for each in done if each.status == "succeeded"), None)
        if kept is not None:
            self._counts["kept"] += 1
            self._end_of(step, kept.uuid, "succeeded", Counter({"succeeded": 1}))
            return kept.uuid
        if not self._open:
            self._report(Begun(step.name, job.uuid, bool(history)))
        job = replace(job, original=history[0].uuid if history else None)
        ends = self._all(step, [job], 0, 1, pipeline, alone=True)
        self._end_of(step, job.uuid, status_of_one(ends, self._signals), ends)
        return job.uuid

    def _end_of(self, step: Step, uuid: str, status: str, ends: Counter[str]) -> None:
        self._uuids[step.name] = uuid
        self._ends[step.name] = status
        self._report(StepEnded(step.name, status, ends["succeeded"], ends["failed"], ends["stopped"]))

    def _matrix(
        self,
        step: Step,
        index: Index,
        pipeline: str | None,
        history: Sequence[Earlier],
        laid_out: ExitStack,
    ) -> str:
        operation, node = step.operation, step.matrix
        assert node is not None
        names = operation_names(index, operation, self._shop.context(operation, pipeline, {}))
        space = read_space(node, operation.source, names)
        before = history[0] if history else None
        seed = seed_of(space, before)
        trials = make_trials(space, seed)
        check_trials(operation, space, trials.params)
        jobs = [
            self._shop.job(
                index, operation, f"{step.name}-{number}", pipeline, trial, laid_out, say=number == 1
            )
            for number, trial in enumerate(trials.params, start=1)
        ]
        if trials.missing:
            wanted = len(jobs) + trials.missing
            self._report(Noted(text=f"{step.name}: the matrix has {len(jobs):,} points, not {wanted:,}"))
        relation = {} if pipeline is None else {"pipeline": pipeline, "controller": pipeline}
        run = self._take(before, step.name, kind="matrix", runtime=space.kind, **relation)
        run.log_meta({SEED_KEY: seed})
        self._link(run, step)
        run.flush()  # what a later call goes on from
        missing = self._missing(index, jobs, None if before is None else run.uuid)
        concurrency = self._options.concurrency or space.concurrency or os.cpu_count() or 1
        ends = self._all(step, missing, len(jobs) - len(missing), concurrency, run.uuid, alone=False)
        ends["succeeded"] += len(jobs) - len(missing)
        status = status_of_all(ends, self._signals)
        told = ", ".join(f"{count:,} {name}" for name, count in sorted(ends.items()) if count)
        self._close(run, status, self._signals.name or "LocalRun", told or "no runs")
        self._end_of(step, run.uuid, status, ends)
        return run.uuid

    def _link(self, run: LocalRun, step: Step) -> None:
        for name in step.upstream:
            if name in self._uuids:
                run.log_upstream(self._uuids[name], "dag")

    def _missing(self, index: Index, jobs: list[Job], pipeline: str | None) -> list[Job]:
        """The jobs without a run that succeeded; one that was tried before says which run it makes anew."""
        done: Counter[str] = Counter()
        tried: defaultdict[str, list[str]] = defaultdict(list)
        for each in earlier_runs(index, pipeline) if pipeline is not None else ():
            mark = str(each.meta.get(PRINT_KEY))
            if each.status == "succeeded":
                done[mark] += 1
            else:
                tried[mark].append(each.uuid)
                if each.status not in DONE:
                    self._abandon(each.uuid)
        missing: list[Job] = []
        for job in jobs:
            if done[job.print]:
                done[job.print] -= 1
                self._counts["kept"] += 1
            else:
                again = tried[job.print].pop(0) if tried[job.print] else None
                missing.append(replace(job, original=again))
        return missing

    def _abandon(self, uuid: str) -> None:
        """A run that a killed call left behind: nobody holds the lock, so its process is gone."""
        run = LocalRun(store=self._options.store, run_uuid=uuid, attach=True)
        run.log_status("stopped", "LocalRun", "the local run that it belonged to was killed")
        run.detach()

    def _all(
        self, step: Step, jobs: list[Job], kept: int, concurrency: int, pipeline: str | None, *, alone: bool
    ) -> Counter[str]:
        """Run the jobs; gives how many ended how."""
        self._report(StepBegun(step.name, len(jobs) + kept, kept, min(concurrency, max(1, len(jobs)))))
        ends: Counter[str] = Counter()
        active: dict[int, _Active] = {}

        def begin(number: int) -> Callable[[str, bytes], None]:
            job = jobs[number]
            self._report(RunBegun(job.name, job.uuid))
            active[number] = own = self._begin(step, job, pipeline)
            if not alone:
                return own.tail.take

            def both(stream: str, data: bytes) -> None:
                self._report(Output(stream, data))
                own.tail.take(stream, data)

            return both

        def end(number: int, ending: Ending) -> None:
            job, own = jobs[number], active.pop(number)
            status, reason, message = judged(ending, self._signals.name)
            own.tail.finish()
            own.run.end(status, reason, message)
            self._open.remove(own.run)
            ends[status] += 1
            self._counts[status] += 1
            seconds = time.monotonic() - own.since
            lines = tuple(own.tail.last) if status == "failed" and not alone else ()
            self._report(RunEnded(job.name, job.uuid, status, seconds, message, lines))

        held = () if self._lock is None else (self._lock,)
        commands = [job.command for job in jobs]
        run_pool(commands, concurrency, self._signals, begin=begin, end=end, inherited=held)
        return ends

    def _begin(self, step: Step, job: Job, pipeline: str | None) -> _Active:
        top = self._open[0].uuid if self._open else None
        run = LocalRun(
            job.name,
            self._options.project,
            tags=job.tags,
            store=self._options.store,
            run_uuid=job.uuid,
            pipeline=pipeline,
            controller=self._options.dag_run or top,
            original=job.original,
            cloning_kind=None if job.original is None else "restart",
            description=job.description,
        )
        self._open.append(run)
        run.keep_lines()
        run.log_inputs(dict(job.inputs))
        run.log_meta({PRINT_KEY: job.print, **({FILE_KEY: self._key} if top is None else {})})
        if step.matrix is None:
            self._link(run, step)
        for uuid, values in job.edges.items():
            run.log_upstream(uuid, "join", values)
        run.flush()
        if top is None:
            self._hold(run.uuid)
        return _Active(run, LineTail(run), time.monotonic())


@dataclass(frozen=True, slots=True)
class _Active:
    run: LocalRun
    tail: LineTail
    since: float
