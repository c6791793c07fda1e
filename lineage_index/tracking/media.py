"""Images, sounds, videos, tables and charts: a file an event."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from lineage_index.tracking.charts import chart_of, is_matplotlib
from lineage_index.tracking.clock import Timestamp
from lineage_index.tracking.files import FileMethods
from lineage_index.tracking.jsonfile import compact
from lineage_index.tracking.names import checked_name
from lineage_index.tracking.references import base_name
from lineage_index.tracking.replacing import replacing
from lineage_index.tracking.tables import write_table

__all__ = ["MediaMethods"]


class MediaMethods(FileMethods):
    """The methods of a run that log media. `data` is a path, whose file is copied, or the thing itself.

    Files go to `assets/<kind>/<name>_<step>.<ext>`; the same name and step again replaces the file.
    """

    def log_image(
        self,
        data: Any,
        name: str | None = None,
        step: int | None = None,
        timestamp: Timestamp | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Log an image: a path, a Pillow image, a matplotlib figure, or an array or tensor whose axes
        `dataformats` names (floats between 0 and 1, or bytes); arrays need numpy."""
        if isinstance(data, str | os.PathLike):
            self._log_file("image", data, name, step, timestamp)
            return
        if is_matplotlib(data):

            def draw(path: str) -> None:
                data.savefig(path, format="png")

            self._log_made("image", name, "png", draw, step, timestamp)
        elif callable(getattr(data, "save", None)):

            def save(path: str) -> None:
                data.save(path, format="png")

            width, height = data.size
            self._log_made("image", name, "png", save, step, timestamp, height=height, width=width)
        else:
            from lineage_index.tracking.pictures import pixels_of, png_of

            pixels = pixels_of(data, dataformats, "log_image")

            def write(path: str) -> None:
                with open(path, "wb") as file:
                    file.write(png_of(pixels))

            height, width = pixels.shape[:2]
            self._log_made("image", name, "png", write, step, timestamp, height=height, width=width)

    def log_audio(
        self,
        data: Any,
        name: str | None = None,
        sample_rate: int = 44100,
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log a sound: a path, or samples (frames,) or (frames, channels), floats between -1 and 1 or
        16-bit integers; arrays need numpy."""
        if isinstance(data, str | os.PathLike):
            self._log_file("audio", data, name, step, timestamp)
            return
        from lineage_index.tracking.pictures import wav_of

        facts: dict[str, Any] = {}

        def write(path: str) -> None:
            facts.update(wav_of(data, sample_rate, path))

        self._log_made("audio", name, "wav", write, step, timestamp, facts, content_type="wav")

    def log_video(
        self,
        data: Any,
        name: str | None = None,
        fps: int = 4,
        step: int | None = None,
        timestamp: Timestamp | None = None,
        dataformats: str = "THWC",
    ) -> None:
        """Log a video: a path, or frames, which become a GIF; frames need numpy and Pillow."""
        if isinstance(data, str | os.PathLike):
            extension = os.path.splitext(os.fspath(data))[1].lstrip(".")
            self._log_file("video", data, name, step, timestamp, content_type=extension or None)
            return

        from lineage_index.tracking.pictures import gif_of

        def write(path: str) -> None:
            gif_of(data, dataformats, fps, path)

        self._log_made("video", name, "gif", write, step, timestamp, content_type="gif")

    def log_dataframe(
        self,
        df: Any,
        name: str,
        content_type: str = "parquet",
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log a table: a pandas or polars data frame, or a pyarrow Table, as `parquet`, `csv` or (pandas
        only) `html`. Raises ValueError for what it cannot write."""

        def write(path: str) -> None:
            write_table(df, content_type, path)

        self._log_made("dataframe", name, content_type, write, step, timestamp, content_type=content_type)

    def log_chart(
        self,
        name: str,
        figure: Any,
        step: int | None = None,
        timestamp: Timestamp | None = None,
        kind: str | None = None,
    ) -> None:
        """Log a chart: a plotly figure, an altair chart, or a mapping with `kind` saying whose
        (`plotly`, `vega` or `bokeh`). A matplotlib figure is logged as an image of that name.
        Raises TypeError for anything else."""
        if is_matplotlib(figure):
            self.log_image(figure, name, step, timestamp)
            return
        self._event("chart", name, compact(chart_of(figure, kind)), step, timestamp)

    def _log_file(
        self,
        kind: str,
        path: Any,
        name: str | None,
        step: int | None,
        timestamp: Timestamp | None,
        **facts: Any,
    ) -> None:
        name = checked_name(name) if name is not None else base_name(os.fspath(path))
        asset = self._keep_asset(path, name, kind, step, move=False)
        if asset is not None:
            self._log_asset(kind, name, asset, facts, step, timestamp)

    def _log_made(
        self,
        kind: str,
        name: str | None,
        extension: str,
        write: Callable[[str], None],
        step: int | None,
        timestamp: Timestamp | None,
        late: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        """`late` holds facts that are only known once the file is written."""
        if name is None:
            raise ValueError(f"what is logged as {kind} needs a name, unless it is a file")
        self._check_open()
        asset = self._asset_path(kind, checked_name(name), step, f".{extension}")
        target = os.path.join(self.folder, asset)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with replacing(target) as temporary:
                write(temporary)
        except OSError as error:
            self._trouble.met(error, target)
            return
        self._log_asset(kind, name, asset, {**facts, **(late or {})}, step, timestamp)

    def _log_asset(
        self,
        kind: str,
        name: str,
        asset: str,
        facts: Mapping[str, Any],
        step: int | None,
        timestamp: Timestamp | None,
    ) -> None:
        known = {key: value for key, value in facts.items() if value is not None}
        self._event(kind, name, compact({"path": asset, **known}), step, timestamp)
