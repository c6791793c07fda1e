"""Pictures: nothing that matters is lost on the way to them, and no name steers what draws them."""

from __future__ import annotations

import json
import math
import random
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from answer_runs import NAN, make_index, pql, record, series, uuid_of
from said import Said

from lineage_index import Index
from lineage_index.index.plot import Clock, Curves, Undrawn, read_curves
from pql.cli import plot_file, plot_raster
from pql.cli.plot_chart import _rounding
from pql.cli.plot_collect import _thinned
from pql.cli.plot_model import Spot
from pql.cli.plot_scale import Axis, Kind, axis_over, position, ticks
from pql.cli.text import width

INF = math.inf
NAMES = [
    "</script><script>alert(1)</script><!--",
    "\x1b[31mred\x1b]0;x\x07",
    "datum.x' + alert(1) + '",
    '{"signal": "1"} \\ " `',
    "日本語のとても長い名前",
    "image",
    "",
    "\ud800",
]
HOSTILE_KEY = '</script>"<img src=x>'


@pytest.fixture(scope="module")
def curves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs with long, wild histories, one with a short one, one with none."""
    shuffled = random.Random(7)
    long = [shuffled.random() + 1 for _ in range(3_000)]
    long[1_234], long[2_345] = 99.0, -5.0
    long[500:520] = [NAN] * 20
    long[900], long[901] = INF, -INF
    runs = [
        record(1, name="long", series=(series(long), series([n / 10 for n in range(3_000)], "epoch"))),
        record(2, name="short", series=(series([3.0, NAN, 1.0, 0.0]), series([5.0, 7.0], "epoch"))),
        record(3, name="one", series=(series([2.0]),)),
        record(4, name="none", series=(series([1.0], "other"),)),
    ]
    return make_index(tmp_path_factory.mktemp("curves") / "index", runs)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty runs with names, keys and texts that could do harm."""
    runs = [
        record(
            n + 1,
            name=NAMES[n % len(NAMES)],
            inputs={"lr": 10.0 ** (n % 5 - 4), "opt": NAMES[n % 4], "wd": n % 3, HOSTILE_KEY: n % 4}
            | ({"drop": 0.1 * (n % 2)} if n % 3 else {}),
            outputs={"loss": NAN if n == 7 else 1.0 / (n + 1), HOSTILE_KEY: 1.0 * n},
            series=(
                series([1.0 / (n + step + 1) for step in range(20)]),
                series([1.0, 2.0 + n], HOSTILE_KEY),
            ),
        )
        for n in range(60)
    ]
    return make_index(tmp_path_factory.mktemp("many") / "index", runs)


def read(path: Path, query: str = "name:long", metric: str = "loss", **options: object) -> Curves:
    with Index.open(path) as index:
        return read_curves(index.search(query, sort="uuid"), metric, **options)  # type: ignore[arg-type]


def plot(index: Path, *arguments: str) -> Said:
    return pql("plot", *arguments, index=index)


def test_thinning_keeps_ends_extremes_and_gaps(curves: Path) -> None:
    found = read(curves, columns=10)
    ((_, values),) = [(each.place, each.points) for each in found.curves]
    assert len(values) <= 5 * 10
    assert found.points == 3_000
    assert found.undrawn == Undrawn(nan=20, infinite=2)
    assert (values[0][0], values[-1][0]) == (0, 2_999)
    assert (1_234, 99.0) in values
    assert (2_345, -5.0) in values
    assert [x for x, value in values if value is None] == [500, 900]
    assert [x for x, _ in values] == sorted(x for x, _ in values)


def test_thinning_keeps_the_extremes_of_every_column(curves: Path) -> None:
    whole = [each for each in read(curves, columns=100_000).curves[0].points if each[1] is not None]
    thin = [each for each in read(curves, columns=7).curves[0].points if each[1] is not None]
    assert len(whole) == 2_978
    for column in range(7):
        of_both = [
            [y for x, y in points if min(6, int(x / 2_999 * 7)) == column and y is not None]
            for points in (whole, thin)
        ]
        assert min(of_both[0]) == min(of_both[1])
        assert max(of_both[0]) == max(of_both[1])


def test_what_points_lie_over(curves: Path) -> None:
    short = "name:short"
    steps = ((0.0, 3.0), (1.0, None), (2.0, 1.0), (3.0, 0.0))
    assert read(curves, short).curves[0].points == steps
    # series() logs a point a second, from 1970 on.
    assert read(curves, short, x=Clock.ELAPSED).curves[0].points == steps
    assert [x for x, _ in read(curves, short, x=Clock.TIME).curves[0].points] == [0, 1_000, 2_000, 3_000]
    # Two epochs were logged: later steps have the last one.
    over = read(curves, short, x="epoch")
    assert over.curves[0].points == ((5.0, 3.0), (7.0, None), (7.0, 1.0), (7.0, 0.0))


def test_logarithmic_axes_count_what_they_have_no_place_for(curves: Path) -> None:
    found = read(curves, "name:short", log_x=True, log_y=True)
    assert found.undrawn == Undrawn(x_not_positive=1, nan=1, not_positive=1)
    assert found.undrawn.total == 3
    assert found.curves[0].points == ((1.0, None), (2.0, 1.0), (3.0, None))
    assert read(curves, "name:none").without == 1
    assert read(curves, "name:one", x="epoch").undrawn == Undrawn(without_x=1)


def test_one_run_in_a_terminal(curves: Path) -> None:
    said = plot(curves, "name:short")
    assert said.code == 0
    assert said.lines[0] == "name:short  ·  1 run"
    assert "metrics.loss" in said.lines
    assert said.lines[-1] == "a short"
    assert "step" in said.lines[-2]
    assert "1 of 4 points of loss can't be drawn: 1 NaN" in said.err
    assert "metrics left out" not in said.err
    assert any("a" in line for line in said.lines[2:-4])


def test_the_title_says_how_many_points_stand_for_how_many(curves: Path) -> None:
    drawn, there = re.findall(r"[\d,]+", plot(curves, "name:long", "-m", "loss").lines[0])[1:]
    assert there == "2,978"
    assert 1_000 < int(drawn.replace(",", "")) < 2_978


def test_curves_of_a_file_keep_order_gaps_and_what_can_be_seen(curves: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.html"
    assert plot(curves, "name:short", "-m", "loss", "--x", "epoch", "-o", str(target)).code == 0
    page = target.read_text("utf-8")
    tables = spec_of(page)["datasets"]
    assert isinstance(tables, dict)
    (row,) = next(rows for rows in tables.values() if "x" in rows[0])
    assert (row["x"], row["y"]) == ([5.0, 7.0, 7.0, 7.0], [3.0, None, 1.0, 0.0])
    assert '"order":false' in page
    assert "prefers-color-scheme: dark" in page
    near = _rounding(Axis("", Kind.NUMBER, 1e12, 1e12 + 1))
    assert near(1e12 + 0.123456789) == pytest.approx(1e12 + 0.123457, abs=1e-4)
    assert _rounding(Axis("", Kind.NUMBER, 1e-9, 1e3, log=True))(1.23456789e-9) == 1.23457e-9


def test_metrics_are_those_of_query_and_sort(curves: Path) -> None:
    said = plot(curves, "metrics.loss:~nil", "--sort", "max(metrics.epoch)")
    assert [line for line in said.lines[1:] if line.startswith("metrics.")] == [
        "metrics.loss",
        "metrics.epoch",
    ]
    assert "1 of 3 runs have no history of epoch" in said.err
    assert (
        "metrics.epoch" not in plot(curves, "metrics.loss:~nil", "-m", "loss", "--sort", "metrics.epoch").out
    )
    assert plot(curves, "-m", "metrics.loss,epoch").lines[1] == "metrics.loss"


@pytest.mark.parametrize("columns", [10, 60, 160])
@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "loss", "-n", "1"],
        ["-m", "loss", "-n", "8", "--log-x", "--log-y"],
        ["-m", HOSTILE_KEY],
        ["-m", "loss", "--color", "inputs.opt"],
        ["-m", "loss", "--x", "time", "--color", "inputs.lr"],
        ["--x", "inputs.opt", "--y", "metrics.loss", "--color", "inputs.opt"],
        ["--x", "created_at", "--y", "inputs.lr", "--log-y"],
        ["--parallel"],
        ["--parallel", "--x", "inputs.opt,inputs.lr", "--y", "inputs.wd"],
    ],
)
def test_a_terminal_is_neither_overrun_nor_steered(
    many: Path, arguments: list[str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", "30")
    said = plot(many, *arguments)
    assert said.code == 0, said.err
    assert all(line.isprintable() for line in [*said.lines, *said.err.splitlines()])
    assert max(map(width, said.lines)) <= max(30, columns)
    assert 10 < len(said.lines) < 60


def test_many_curves_are_told_by_their_spread(many: Path) -> None:
    said = plot(many, "-m", "loss")
    assert said.lines[-1] == "lowest, quartiles, median and highest of 60 curves"
    assert said.lines[0].endswith("60 runs")
    said = plot(many, "-m", "loss", "-n", "20")
    assert "60 runs matched, 20 drawn" in said.err


def test_colours_are_for_terminals(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in plot(many, "-m", "loss").out
    monkeypatch.setattr("pql.cli.plot._colours", lambda: True)
    said = plot(many, "-m", "loss", "--color", "inputs.lr")
    assert "\x1b[38;5;" in said.out
    plain = re.sub(r"\x1b\[[\d;]*m", "", said.out)
    assert "\x1b" not in plain
    assert "0.0001 ■■■■■■ 1 (log)" in plain


def test_runs_without_a_place_are_counted_by_reason(many: Path) -> None:
    said = plot(many, "--x", "inputs.drop", "--y", "metrics.loss")
    assert "20 of 60 runs have no place on inputs.drop (not drawn): 20 missing" in said.err
    assert "1 of 60 runs have no place on metrics.loss (not drawn): 1 NaN" in said.err
    said = plot(many, "--parallel", "--y", "loss")
    assert "20 of 60 runs have no place on inputs.drop (at the bottom): 20 missing" in said.err
    assert "at the very bottom: no value there" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["name:nobody", "-m", "loss"], 1, "0 runs matched"),
        (["-m", "lsos"], 1, "did you mean `loss`?"),
        (["name:none", "-m", "loss"], 1, "there are: other"),
        (["name:one", "--x", "inputs.lr"], 2, "--y"),
        (["--y", "metrics.loss"], 2, "--x"),
        (["--x", "nope", "--y", "metrics.loss"], 2, "nope"),
        (["--x", "inputs.a,inputs.b", "--y", "metrics.loss"], 2, "one name"),
        (["--x", "inputs.lr", "--y", "name"], 1, "no run has a place on both axes"),
        (["--x", "name", "--y", "created_at", "--log-x"], 2, "--log-x is for numbers"),
        (["--x", "time", "--log-x"], 2, "elapsed"),
        (["--parallel", "--log-y"], 2, "--parallel"),
        (["--parallel", "--color", "name"], 2, "last axis"),
        (["-n", "0"], 2, "--limit"),
        (["-n", "3", "--all"], 2, "exclude"),
        (["-o", "x.gif"], 2, ".html, .svg, .png"),
    ],
)
def test_what_can_not_be_drawn_is_an_error(curves: Path, arguments: list[str], code: int, words: str) -> None:
    said = plot(curves, *arguments)
    assert (said.code, said.out) == (code, "")
    assert words in said.err


@pytest.mark.parametrize(("module", "arguments"), [(plot_raster, []), (plot_file, ["-o", "x.svg"])])
def test_a_missing_library_is_named(
    curves: Path, module: object, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name, name=name)

    monkeypatch.setattr(module, "import_module", missing)
    said = plot(curves, *arguments)
    assert (said.code, said.out) == (2, "")
    assert "pip install 'pql-lineage[plot]'" in said.err


def spec_of(page: str) -> dict[str, object]:
    found = re.search(r"^const spec = (.*);$", page, re.MULTILINE)
    assert found is not None
    spec: dict[str, object] = json.loads(found[1])
    return spec


def test_a_page_needs_nothing_and_names_in_it_are_only_data(many: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.html"
    said = plot(many, "-m", HOSTILE_KEY, "-n", "8", "--color", "inputs.opt", "-o", str(target))
    assert (said.code, said.out) == (0, "")
    page = target.read_text("utf-8")
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert page.count("<script>") == 2
    assert page.count("</script>") == 2
    start, end = page.index("<script>"), page.index("const spec")
    library, rest = page[start:end], page[:start] + page[end:]
    assert not re.search(r"<[^>]*(src|href)=|https?://(?!vega.github.io/schema/)", rest)
    assert "cdn" not in library.lower()
    assert "\x1b" not in page
    spec = spec_of(page)
    tables = spec.pop("datasets")
    assert isinstance(tables, dict)
    runs = next(rows for rows in tables.values() if "run" in rows[0])
    assert {row["run"][:9] for row in runs} >= {"</script>", "image"}
    # Outside of the data a name is a title or a category, never a field, an expression or a condition.
    hostile = json.dumps(HOSTILE_KEY)[1:-1]
    text = json.dumps(spec)
    assert hostile in text
    for key, value in walk(spec):
        if key in {"field", "expr", "test", "calculate", "as", "key", "lookup", "signal", "url", "href"}:
            assert not any(name and name in str(value) for name in [*NAMES, HOSTILE_KEY]), key


def walk(node: object) -> list[tuple[str, object]]:
    if isinstance(node, dict):
        return [(key, value) for key, value in node.items()] + [
            each for value in node.values() for each in walk(value)
        ]
    return [each for value in node for each in walk(value)] if isinstance(node, list) else []


def test_an_svg_is_whole_and_has_the_names_as_text(many: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.svg"
    said = plot(many, "--x", "inputs.opt", "--y", "metrics.loss", "--log-y", "-o", str(target))
    assert said.code == 0
    root = ElementTree.fromstring(target.read_bytes())
    tags = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert tags <= {"svg", "g", "path", "rect", "text", "line", "defs", "style", "title", "desc"}
    texts = [each.text or "" for each in root.iter() if each.tag.endswith("text")]
    assert any(text.startswith("datum.x'") for text in texts)
    assert any(text.startswith("</script>") for text in texts)
    assert "inputs.opt" in texts


def test_a_png_is_one(many: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.PNG"
    assert plot(many, "--parallel", "-o", str(target)).code == 0
    head = target.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(head[16:20], "big") > 1_400


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        (Axis("", Kind.NUMBER, 0, 10), ["0", "2", "4", "6", "8", "10"]),
        (Axis("", Kind.NUMBER, 0.001, 100, log=True), ["0.001", "0.01", "0.1", "1", "10", "100"]),
        (Axis("", Kind.NUMBER, 2, 30, log=True), ["2", "5", "10", "20"]),
        (Axis("", Kind.NUMBER, 5, 5), ["5"]),
        (Axis("", Kind.TIME, 0, 7_200_000), ["00:00", "00:30", "01:00", "01:30", "02:00"]),
        (Axis("", Kind.CATEGORY, 0, 2, categories=("a", "b", "c")), ["a", "b", "c"]),
        (Axis("", Kind.NUMBER, -1.7e308, 1.7e308), None),
        (Axis("", Kind.NUMBER, 5e-324, 1e-323), None),
        (Axis("", Kind.NUMBER, 5e-324, 1.7e308, log=True), None),
        (Axis("", Kind.NUMBER, 1e15, 1e15 + 1), None),
        (Axis("", Kind.TIME, -1e18, 1e18), None),
    ],
)
def test_ticks_are_round_and_on_the_axis(axis: Axis, labels: list[str] | None) -> None:
    found = ticks(axis, 6)
    assert 1 <= len(found) <= 6
    assert all(-1e-9 <= at <= 1 + 1e-9 for at, _ in found)
    if labels is not None:
        assert [label for _, label in found] == labels
    assert position(axis, axis.low) in (0, 0.5)
    assert position(axis, axis.high) in (1, 0.5)


def test_uuids_tell_runs_of_one_name_apart(many: Path) -> None:
    said = plot(many, f"uuid:{uuid_of(6)}|{uuid_of(14)}", "-m", "loss", "--sort", "uuid")
    assert said.lines[-2:] == ["a image 00060000", "b image 000e0000"]


def test_runs_without_a_curve_take_no_colour(tmp_path: Path) -> None:
    """Twelve runs are too many to tell apart, the two that have a curve are not."""
    runs = [record(n, series=(series([1.0, 2.0]),) if n in (3, 9) else ()) for n in range(1, 13)]
    path = make_index(tmp_path / "index", runs)
    said = plot(path, "-m", "loss", "--sort", "uuid")
    assert "10 of 12 runs have no history of loss" in said.err
    assert said.lines[-2:] == ["a trial 3", "b trial 9"]
    said = plot(path, "-m", "loss", "--sort", "uuid", "--color", "name")
    assert said.lines[-1] == "name  a trial 3  b trial 9"


def test_a_scatter_of_very_many_points_draws_one_a_spot_and_hides_no_outlier() -> None:
    axis = axis_over("x", Kind.NUMBER, [0.0, 1.0])
    crowd = [Spot(place, 0.5, 0.5 + place * 1e-9) for place in range(5_000)]
    few = (*crowd[:-1], Spot(5_000, 1.0, 1.0))
    assert _thinned(few, axis, axis) == few
    assert _thinned((*crowd, Spot(5_000, 1.0, 1.0), Spot(5_001, 0.0, 0.0)), axis, axis) == (
        crowd[0],
        Spot(5_000, 1.0, 1.0),
        Spot(5_001, 0.0, 0.0),
    )
