"""A run as a training script sees it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from lineage_index.tracking.capture import Capture
from lineage_index.tracking.clock import now
from lineage_index.tracking.curves import CurveMethods
from lineage_index.tracking.media import MediaMethods
from lineage_index.tracking.optional import needed
from lineage_index.tracking.places import plain_uuid
from lineage_index.tracking.series import log_series, resource_series
from lineage_index.tracking.system import PSUTIL, SAMPLE_SECONDS, Sampler
from lineage_index.tracking.values import ValueMethods, checked_fields, tag_list

__all__ = ["Run"]


class Run(ValueMethods, CurveMethods, MediaMethods):
    """One run and its folder `<store>/<uuid>/`. Safe between threads; see the docs for processes.

    As a context manager it ends the run: succeeded, or failed with the exception that left the block.

    - `store`: the folder of all runs; without it `PQL_STORE` of the environment, else `runs` here.
    - `run_uuid`: the run to take up again, or the uuid of the new one; random without it.
    - `attach`: the run belongs to another process that goes on with it: `end` leaves its status alone.
    - `tags`: a text (commas between) or several; they are added to those of a run taken up again.
    - `pipeline`, `original`, `controller`: uuids of related runs; `cloning_kind` (copy, restart, cache)
      says what `original` is.
    - `fields`: any other field of `values.FIELDS`, such as `user`, `kind`, `framework`, `teams`.
    - `track_code`, `track_env`: call `log_code_ref` and `log_env` at the start.
    - `track_logs`: copy what the script prints to `plxlogs/`.
    - `collect_resources`: sample the machine's load to `resources/` every few seconds, or every so many as
      are given; needs psutil.
    - `strict`: raise what keeps the store from being written, instead of reporting it once on stderr.

    Raises ValueError for a malformed uuid or an unknown field, or if the files of the run are no JSON.
    """

    def __init__(
        self,
        name: str | None = None,
        project: str | None = None,
        owner: str | None = None,
        tags: str | Iterable[str] | None = None,
        store: str | os.PathLike[str] | None = None,
        run_uuid: str | None = None,
        *,
        attach: bool = False,
        strict: bool = False,
        pipeline: str | None = None,
        original: str | None = None,
        cloning_kind: str | None = None,
        controller: str | None = None,
        track_code: bool = False,
        track_env: bool = False,
        track_logs: bool = False,
        collect_resources: bool | float = False,
        **fields: Any,
    ) -> None:
        if cloning_kind is not None and original is None:
            raise ValueError("cloning_kind says what `original` is, which is not given")
        known: dict[str, Any] = {"name": name, "project": project, "owner": owner}
        if pipeline is not None:
            known["pipeline"] = {"uuid": plain_uuid(pipeline)}
        if original is not None:
            kind = {} if cloning_kind is None else {"kind": cloning_kind}
            known["original"] = {"uuid": plain_uuid(original), **kind}
        if controller is not None:
            known["controller"] = plain_uuid(controller)
        fields = checked_fields({**known, **fields})
        if collect_resources:  # before there is a run that would be left behind
            needed("psutil", "collect_resources", PSUTIL)
        self._capture: Capture | None = None
        self._sampler: Sampler | None = None
        super().__init__(
            store=store,
            run_uuid=run_uuid,
            fields=fields,
            tags=tag_list(tags),
            attach=attach,
            strict=strict,
        )
        if track_code:
            self.log_code_ref()
        if track_env:
            self.log_env()
        if track_logs:
            self._capture_logs()
        if collect_resources:
            self._collect_resources(SAMPLE_SECONDS if collect_resources is True else collect_resources)

    def _collect_resources(self, seconds: float) -> None:
        def log(found: dict[str, float]) -> None:
            us = now()
            for name, value in found.items():
                with self._section:
                    self._check_open()
                    series = self._series.get(("system", name))
                    if series is None:
                        series = resource_series(self.folder, name)
                        self._add_series(series)
                self._append(series, None, us, value)

        self._sampler = Sampler(log, self.folder, seconds)
        self._sampler.start()

    def _capture_logs(self) -> None:
        series = log_series(self.folder)

        def log(line: str) -> None:
            if not self.ended:
                self._append(series, None, now(), line)

        self._capture = Capture(log)

    def _before_finish(self) -> None:
        if self._capture is not None:
            self._capture.stop()
        if self._sampler is not None:
            self._sampler.stop()
