from __future__ import annotations

import io
import json
import sys
import wave
from pathlib import Path
from typing import Any

import altair
import matplotlib as mpl
import numpy as np
import pandas as pd
import plotly.graph_objects
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure
from PIL import Image
from run_folders import json_lines, lineage, rows, run_file

from lineage_index.tracking import Run
from lineage_index.tracking.pictures import png_of

mpl.use("Agg")


def events(run: Run, kind: str, name: str) -> list[tuple[str, dict[str, Any]]]:
    return [(step, json.loads(value)) for step, _, value in rows(run.folder, f"events/{kind}/{name}.plx")]


def asset(run: Run, path: str) -> Path:
    return Path(run.folder) / path


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_files_open_with_the_same_pixels(channels: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, channels), dtype=np.uint8)
    with Image.open(io.BytesIO(png_of(pixels))) as image:
        assert np.array_equal(np.asarray(image).reshape(5, 7, channels), pixels)


def test_images(tmp_path: Path) -> None:
    floats = np.zeros((3, 4, 5))
    floats[0] = 1.0
    floats[1, 0, 0] = np.nan
    with Run(store=tmp_path) as run:
        run.log_image(floats, "a", 1)
        run.log_image(np.full((4, 5), 300), "b", dataformats="HW")
        run.log_image(Image.new("RGB", (6, 7), "red"), "c", 2)
        run.log_image(asset(run, "assets/image/a_1.png"), "copy", 3)
    assert events(run, "image", "a") == [("1", {"path": "assets/image/a_1.png", "height": 4, "width": 5})]
    with Image.open(asset(run, "assets/image/a_1.png")) as image:
        assert image.size == (5, 4)
        assert image.getpixel((1, 1)) == (255, 0, 0)
    with Image.open(asset(run, "assets/image/b.png")) as image:
        assert image.getpixel((0, 0)) == 255
    with Image.open(asset(run, "assets/image/c_2.png")) as image:
        assert image.size == (6, 7)
    assert events(run, "image", "copy") == [("3", {"path": "assets/image/copy_3.png"})]
    assert run_file(run.folder)["meta_info"] == {"has_events": True}


def test_a_wrong_shape_names_dataformats(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        with pytest.raises(ValueError, match="28 channels; is dataformats='CHW' right"):
            run.log_image(np.zeros((28, 28, 3)), "x")
        with pytest.raises(ValueError, match="does not fit dataformats='CHW'"):
            run.log_image(np.zeros((28, 28)), "x")
        with pytest.raises(ValueError, match="needs a name"):
            run.log_image(np.zeros((3, 28, 28)))
    assert lineage(run.folder) == []
    assert not list(Path(run.folder).rglob("*.tmp"))


def test_sounds(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_audio(np.array([0.0, 0.5, -2.0]), "clip", 8000, 2)
        run.log_audio(np.zeros((10, 2), dtype=np.int16), "stereo")
    assert events(run, "audio", "clip") == [
        (
            "2",
            {
                "path": "assets/audio/clip_2.wav",
                "content_type": "wav",
                "sample_rate": 8000,
                "num_channels": 1,
                "length_frames": 3,
            },
        )
    ]
    with wave.open(str(asset(run, "assets/audio/clip_2.wav"))) as file:
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [0, 16384, -32767]
        assert file.getframerate() == 8000
    with wave.open(str(asset(run, "assets/audio/stereo.wav"))) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 10)


def test_videos(tmp_path: Path) -> None:
    frames = np.zeros((3, 4, 5, 3), dtype=np.uint8)
    frames[1, ..., 0] = frames[2, ..., 1] = 255
    with Run(store=tmp_path) as run:
        run.log_video(frames, "clip", step=2)
        run.log_video(asset(run, "assets/video/clip_2.gif"), "copy")
        with pytest.raises(ValueError, match="time must be the first axis"):
            run.log_video(frames, "x", dataformats="HWCT")
    assert events(run, "video", "clip") == [("2", {"path": "assets/video/clip_2.gif", "content_type": "gif"})]
    assert events(run, "video", "copy") == [("", {"path": "assets/video/copy.gif", "content_type": "gif"})]
    with Image.open(asset(run, "assets/video/clip_2.gif")) as image:
        assert getattr(image, "n_frames", 1) == 3
        assert image.size == (5, 4)


def test_tables(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "größe": ["x", None]})
    table = pa.table({"a": [1, 2]})
    with Run(store=tmp_path) as run:
        run.log_dataframe(frame, "t", step=1)
        run.log_dataframe(frame, "t", "csv", step=2)
        run.log_dataframe(frame, "t", "html", step=3)
        run.log_dataframe(table, "arrow")
        run.log_dataframe(table, "arrow", "csv", step=1)
        with pytest.raises(ValueError, match="pyarrow writes no html"):
            run.log_dataframe(table, "x", "html")
        with pytest.raises(ValueError, match="parquet, csv, html"):
            run.log_dataframe(frame, "x", "xlsx")
        with pytest.raises(TypeError, match="not list"):
            run.log_dataframe([1], "x")
    assert [event["content_type"] for _, event in events(run, "dataframe", "t")] == ["parquet", "csv", "html"]
    assert events(run, "dataframe", "t")[0][1]["path"] == "assets/dataframe/t_1.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(asset(run, "assets/dataframe/t_1.parquet")), frame)
    back = pd.read_csv(asset(run, "assets/dataframe/t_2.csv"), index_col=0)
    assert back["a"].tolist() == [1, 2]
    assert "größe" in asset(run, "assets/dataframe/t_3.html").read_text(encoding="utf-8")
    assert pq.read_table(asset(run, "assets/dataframe/arrow.parquet")).equals(table)


def test_charts(tmp_path: Path) -> None:
    chart = altair.Chart(pd.DataFrame({"a": [1, 2]})).mark_bar().encode(x="a")
    with Run(store=tmp_path) as run:
        run.log_chart("p", plotly.graph_objects.Figure(data={"type": "bar", "y": np.array([1, 2])}), 1)
        run.log_chart("v", chart, 2)
        run.log_chart("d", {"mark": "bar", "size": np.int64(3)}, kind="vega")
        figure = Figure()
        figure.add_subplot().plot([1, 2])
        run.log_chart("m", figure, 3)
    (plot,) = json_lines(run.folder, "events/chart/p.plx")
    drawn = json.loads(plot["chart"])
    assert (plot["step"], drawn["kind"], drawn["figure"]["data"][0]["type"]) == (1, "plotly", "bar")
    (vega,) = json_lines(run.folder, "events/chart/v.plx")
    drawn = json.loads(vega["chart"])
    assert (drawn["kind"], drawn["figure"]["mark"]) == ("vega", {"type": "bar"})
    (given,) = json_lines(run.folder, "events/chart/d.plx")
    assert json.loads(given["chart"]) == {"kind": "vega", "figure": {"mark": "bar", "size": 3}}
    with Image.open(asset(run, "assets/image/m_3.png")) as image:
        assert image.format == "PNG"


def test_what_is_no_chart_is_refused(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        with pytest.raises(TypeError, match="not int"):
            run.log_chart("c", 3)
        with pytest.raises(ValueError, match="needs kind="):
            run.log_chart("c", {})
        with pytest.raises(ValueError, match="plotly, vega, bokeh"):
            run.log_chart("c", {}, kind="excel")


@pytest.mark.parametrize(
    ("module", "call", "message"),
    [
        ("numpy", lambda run: run.log_image([[0]], "x", dataformats="HW"), "log_image needs numpy"),
        ("numpy", lambda run: run.log_histogram("x", [1]), "log_histogram needs numpy"),
        ("numpy", lambda run: run.log_audio([0.0], "x"), "log_audio with an array needs numpy"),
        ("PIL.Image", lambda run: run.log_video([[[0]]], "x", dataformats="THW"), r"needs PIL.*'pillow'"),
        ("pyarrow", lambda run: run.log_dataframe(pd.DataFrame(), "x"), "log_dataframe needs pyarrow"),
    ],
)
def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, call: Any, message: str
) -> None:
    with Run(store=tmp_path) as run:
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=message):
            call(run)
