"""Read all of a run folder but the points of its metrics."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lineage_index.ingest.content import LARGEST_JSON, Checksum, content_digest
from lineage_index.ingest.files import LinkError, TooLargeError, is_inside, open_regular, read_file
from lineage_index.ingest.jsonfile import MISSING, load_json
from lineage_index.ingest.lineagefile import artifact_of_series, read_lineage_file
from lineage_index.ingest.lines import count_events
from lineage_index.ingest.listing import Listing
from lineage_index.ingest.names import decode_name, printable
from lineage_index.ingest.problems import FAILED_READ, Reporter, make_problem
from lineage_index.ingest.record import ArtifactRecord, FolderRecord, Problem, RunRecord
from lineage_index.ingest.runfile import RunFile, read_run_file
from lineage_index.ingest.scan import (
    LINEAGE_FILE,
    OLD_NAMES,
    RUN_FILE,
    TREES,
    Entries,
    RunFolder,
    fingerprinted,
)
from lineage_index.ingest.seriesfile import METRIC, SeriesFile

__all__ = ["Draft", "read_document", "read_draft"]


@dataclass(slots=True)
class Draft:
    """A run whose metrics are still to be counted. `series` is in the order of the record's."""

    folder: RunFolder
    uuid: str
    file: RunFile
    artifacts: tuple[ArtifactRecord, ...]
    series: list[SeriesFile]
    problems: list[Problem] = field(default_factory=list)
    checksums: dict[str, Checksum] = field(default_factory=dict)

    @property
    def scalars(self) -> dict[str, Any]:
        """Those of the record. A run without any other time gets that of its last event as `updated_at`."""
        scalars = self.file.scalars
        if "updated_at" not in scalars:
            times = [each.last_time for each in self.series if each.last_time is not None]
            if times:
                return {**scalars, "updated_at": max(times)}
        return scalars

    def record(self) -> RunRecord:
        """The record, once the metrics are read."""
        problems = (*self.problems, *[problem for each in self.series for problem in each.report.problems])
        known = all(problem.code != FAILED_READ for problem in problems)
        return RunRecord(
            uuid=self.uuid,
            folder=FolderRecord(
                self.folder.relative,
                self.folder.fingerprint if known else "",  # of no folder: it is read again
                self._content(),
            ),
            scalars=self.scalars,
            inputs=self.file.inputs,
            outputs=self.file.outputs,
            meta_info=self.file.meta_info,
            tags=self.file.tags,
            contributors=self.file.contributors,
            teams=self.file.teams,
            connections=self.file.connections,
            pipeline=self.file.pipeline,
            original=self.file.original,
            controller=self.file.controller,
            statuses=self.file.statuses,
            artifacts=self.artifacts,
            edges=self.file.edges,
            series=tuple([each.record() for each in self.series]),
            rest=self.file.rest,
            problems=problems,
        )

    def _content(self) -> str:
        parts = [(each.relative, each.checksum) for each in self.series]
        return content_digest([*self.checksums.items(), *parts])


def read_draft(folder: RunFolder, real_root: str) -> Draft:
    """Read the run's file, its lineage and its event files but for those of metrics; a folder that was only
    found gets its fingerprint. `real_root` is the store, all links followed.

    Never raises for what the folder holds: every loss is a problem.
    """
    entries = Entries()
    if not folder.fingerprint:
        folder = fingerprinted(folder, real_root, entries)
    problems: list[Problem] = []
    checksums: dict[str, Checksum] = {}
    file = _run_file(folder, problems, checksums)
    lineage_report = Reporter(folder.file(LINEAGE_FILE))
    lineage = _lineage(folder, lineage_report, checksums)
    series = list(_series_files(Listing(folder, problems, entries), folder, lineage or (), _ends_lines(file)))
    series.sort(key=lambda each: (each.resource, each.kind, each.name))
    if lineage is None:
        if series and not lineage_report.problems:
            message = f"{LINEAGE_FILE} is missing; artifacts are told from the event files"
            lineage_report("no-lineage-file", message, lost="artifacts that have no event file")
        lineage = tuple(artifact_of_series(each) for each in series)
    problems += lineage_report.problems
    for each in series:
        if each.kind != METRIC:
            _count(each)
    return Draft(folder, _uuid(folder, file, problems), file, lineage, series, problems, checksums)


def read_document(folder: RunFolder) -> RunFile:
    """What the run's file says, alone. Never raises for what it holds."""
    return _run_file(folder, [], {})


def _uuid(folder: RunFolder, file: RunFile, problems: list[Problem]) -> str:
    """The folder's name where it is a uuid, else what the file says, else one made of the path."""
    path = folder.file(RUN_FILE)
    if folder.uuid_hint is not None:
        if file.uuid is not None and file.uuid != folder.uuid_hint:
            message = f"the file is of run {file.uuid}, the folder of run {folder.uuid_hint}"
            problems.append(make_problem("uuid-differs", path, message, lost=f"the uuid {file.uuid}"))
        return folder.uuid_hint
    if file.uuid is not None:
        return file.uuid
    made = uuid5(NAMESPACE_URL, f"run-folder:{folder.relative}").hex
    problems.append(make_problem("no-uuid", path, f"the run has no uuid; it is indexed as {made}"))
    return made


def _run_file(folder: RunFolder, problems: list[Problem], checksums: dict[str, Checksum]) -> RunFile:
    report = Reporter(folder.file(RUN_FILE))
    value = _read_json(folder, RUN_FILE, report, checksums)
    if value is MISSING and not report.problems:
        report("no-run-file", f"{RUN_FILE} is missing", lost="all but artifacts and events")
    file = RunFile(scalars={"status": "unknown"}) if value is MISSING else read_run_file(value, report)
    problems += report.problems
    return file


def _ends_lines(file: RunFile) -> bool:
    """Whether the run's writer ends every line of an event file, as `lineage_index.tracking` does."""
    writer = file.rest.get("tracking")
    return isinstance(writer, dict) and writer.get("client") == "pql-lineage"


def _lineage(
    folder: RunFolder, report: Reporter, checksums: dict[str, Checksum]
) -> tuple[ArtifactRecord, ...] | None:
    """None when there is no list to read; without a problem when there is no file."""
    value = _read_json(folder, LINEAGE_FILE, report, checksums)
    return None if value is MISSING else read_lineage_file(value, report)


def _read_json(folder: RunFolder, name: str, report: Reporter, checksums: dict[str, Checksum]) -> Any:
    """The value of one of the folder's JSON files, which may have its old name, and then `report` is of that;
    MISSING without a word when it does not exist."""
    for each in (name, OLD_NAMES[name]):
        report.path = folder.file(each)
        data = _read_bytes(folder, each, report)
        if data is not None:
            checksums[each] = checksum = Checksum()
            checksum.add(data)
            return load_json(data, report)
        if report.problems:
            return MISSING
    report.path = folder.file(name)
    return MISSING


def _read_bytes(folder: RunFolder, name: str, report: Reporter) -> bytes | None:
    """What the file holds; None when it can't be read, without a word when it does not exist."""
    path = os.path.join(folder.path, name)
    lost = "everything this file says"
    try:
        try:
            return read_file(path, LARGEST_JSON, links=False)
        except LinkError:
            if is_inside(os.path.realpath(folder.store), path):
                return read_file(path, LARGEST_JSON)
            report("link-outside", "a link out of the store", lost=lost)
    except FileNotFoundError:
        pass
    except TooLargeError:
        report("too-large", f"more than {LARGEST_JSON >> 20} MiB", lost=lost)
    except OSError as error:
        report.cannot_be_read(error, lost=lost)
    return None


def _series_files(
    listing: Listing, folder: RunFolder, lineage: Sequence[ArtifactRecord], whole_lines: bool
) -> Iterator[SeriesFile]:
    # A name too long for a file stands whole in the lineage only.
    whole_names = {each.path: each.name for each in lineage if each.path is not None and "~" in each.path}
    for tree in TREES:
        resource = tree == "resources"
        for kind_entry in listing.kinds(tree):
            kind = printable(kind_entry.name)
            for relative, stem, entry in listing.event_files(kind_entry, f"{tree}/{kind}"):
                name = decode_name(stem)
                if "~" in relative:
                    name = whole_names.get(relative, name)
                report = Reporter(folder.file(relative))
                yield SeriesFile(entry.path, relative, kind, name, resource, report, whole_lines)


def _count(file: SeriesFile) -> None:
    """Count the events of a file that is no metric's."""
    try:
        with open_regular(file.path) as source:
            file.found = count_events(file.checksum.passing(source), file.kind, file.report)
    except FileNotFoundError:
        file.report("vanished", "the file went away", lost="its events")
    except OSError as error:
        file.report.cannot_be_read(error, lost="its events")
