"""`python -m bench [short|full]`: run the bench and write its report."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.data.build import build_index, index_path
from bench.machine import machine
from bench.processes import peak_memory, readers, start_up
from bench.profiling import imports, plans, stages
from bench.queries import QUERIES
from bench.refresh import refresh_bench
from bench.report import markdown
from bench.rivals.rival import RIVALS, environment
from bench.search import Effort, rival_bench, search_bench
from bench.sides import Hand, names_of
from lineage_index.store.snapshot import open_snapshot

_HERE = Path(__file__).parent
_ROOT = _HERE.parent / ".bench"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one profile measures; indexes are (shape, runs)."""

    search: tuple[tuple[str, int], ...]
    rivals: tuple[str, int]
    growth: tuple[tuple[str, int], ...]
    effort: Effort
    rival_effort: Effort
    starts: int
    refresh: dict[str, int]


_PROFILES = {
    "short": Profile(
        search=(("full", 10_000), ("full", 100_000)),
        rivals=("lean", 10_000),
        growth=(("lean", 10_000), ("lean", 100_000)),
        effort=Effort(31, 3.0),
        rival_effort=Effort(11, 2.0),
        starts=11,
        refresh={"deep": 1_000, "wide": 10_000, "rounds": 3, "sample": 100},
    ),
    "full": Profile(
        search=(("full", 10_000), ("full", 100_000), ("lean", 1_000_000)),
        rivals=("lean", 100_000),
        growth=(("lean", 10_000), ("lean", 100_000), ("lean", 1_000_000)),
        effort=Effort(61, 10.0),
        rival_effort=Effort(15, 5.0),
        starts=21,
        refresh={"deep": 10_000, "wide": 100_000, "rounds": 3, "sample": 200},
    ),
}
_BEGIN, _END = "<!-- report -->", "<!-- /report -->"
_GROWING = [each.name for each in QUERIES if each.name == "metric top ten"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and write a report.")
    parser.add_argument("profile", choices=_PROFILES, nargs="?", default="short")
    parser.add_argument("--no-rivals", action="store_true", help="neither install nor ask the rivals")
    parser.add_argument("--out", type=Path, default=_HERE / "reports", help="the folder for the report")
    chosen = parser.parse_args()
    report = _measured(chosen.profile, rivals=not chosen.no_rivals)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / f"{chosen.profile}.json").write_text(json.dumps(report, indent=1) + "\n")
    (chosen.out / f"{chosen.profile}.md").write_text(markdown(report))
    if chosen.out == _HERE / "reports":
        _into_readme(chosen.out)
    print(f"wrote {chosen.out / chosen.profile}.md and .json", file=sys.stderr)


def _into_readme(reports: Path) -> None:
    """The last full report, else the short one, without the plans, into the README."""
    last = next(each for each in (reports / "full.json", reports / "short.json") if each.exists())
    text = markdown(json.loads(last.read_text()), plans=False).replace("\n## ", "\n### ").removeprefix("# ")
    readme = _HERE / "README.md"
    head, _, rest = readme.read_text().partition(_BEGIN)
    tail = rest.partition(_END)[2]
    readme.write_text(f"{head}{_BEGIN}\n{text}{_END}{tail}")


def _measured(name: str, *, rivals: bool) -> dict[str, Any]:
    profile = _PROFILES[name]
    data = _ROOT / "data"
    report: dict[str, Any] = {"profile": name, "machine": machine()}
    for shape, runs in dict.fromkeys((*profile.search, profile.rivals, *profile.growth)):
        _step(f"data: {runs:,} runs, {shape}")
        build_index(data, shape, runs)
    report["search"] = {}
    for shape, runs in profile.search:
        _step(f"search: {runs:,} runs, {shape}")
        report["search"][f"{runs:,} runs, {shape}"] = search_bench(
            index_path(data, shape, runs), profile.effort
        )
    beside = index_path(data, *profile.rivals)
    title = f"{profile.rivals[1]:,} runs, {profile.rivals[0]}"
    _step(f"rivals: {title}")
    report["rivals"] = (
        {title: rival_bench(beside, _ROOT, profile.rival_effort, install=True)} if rivals else {}
    )
    _step("whole processes")
    small = index_path(data, "lean", 10_000)
    report["start_up"] = {
        "10,000 runs, lean": start_up(small, _commands(small) if rivals else {}, rounds=profile.starts)
    }
    report["growth"] = _grown([index_path(data, *each) for each in profile.growth])
    report["readers"] = readers(
        index_path(data, *profile.search[1]), _names(index_path(data, *profile.search[1])), (1, 2, 8), 20
    )
    _step("refresh")
    report["refresh"] = refresh_bench(data, _ROOT, **profile.refresh)
    _step("profile")
    report["stages"] = stages(index_path(data, *profile.search[1]))
    report["imports"] = imports(small)
    report["plans"] = {
        f"{runs:,} runs, {shape}": plans(index_path(data, shape, runs)) for shape, runs in profile.search[1:]
    }
    return report


def _step(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)


def _names(path: Path) -> dict[str, str]:
    snapshot = open_snapshot(path)
    return dict(names_of(Hand(snapshot), snapshot))


def _commands(index: Path) -> dict[str, list[str]]:
    """How the rivals list runs, as whole processes."""
    found: dict[str, list[str]] = {}
    for rival in RIVALS:
        python = environment(rival, _ROOT, install=False)
        if isinstance(python, str):
            continue
        home = index.parent / f"{rival.name}-{index.name}"
        if rival.name == "mlflow":
            database = f"MLFLOW_TRACKING_URI=sqlite:///{(home / 'mlflow.db').absolute()}"
            command = [str(python.with_name("mlflow")), "runs", "list", "--experiment-id", "1"]
            found["mlflow runs list"] = ["env", database, *command]
        else:
            found["polyaxon ops ls --help"] = [
                *("env", f"HOME={home.absolute()}", str(python.with_name("polyaxon"))),
                *("ops", "ls", "--help"),
            ]
    return found


def _grown(indexes: list[Path]) -> dict[str, Any]:
    """The first query, timed in turn on indexes of growing size, and the peak memory of a process each."""
    from bench.measure import interleaved
    from bench.sides import Ours

    query = next(each for each in QUERIES if each.name in _GROWING)
    sides = [(Ours(each), _names(each)) for each in indexes]
    calls = {
        path.name: (lambda side=side, names=names: side.run(query, names))
        for path, (side, names) in zip(indexes, sides, strict=True)
    }
    found = interleaved(calls, rounds=31, seconds=20)
    everything = [each.name for each in QUERIES]
    peaks = [peak_memory(path, names, everything) for path, (_, names) in zip(indexes, sides, strict=True)]
    first, least = found[indexes[0].name].median, peaks[0]
    rows = [
        {
            "index": path.name.removeprefix("index-"),
            "top_ten_ms": found[path.name].median * 1e3,
            "times": found[path.name].median / first,
            "cpu_times": found[path.name].cpu / found[indexes[0].name].cpu,
            "peak_mb": peak,
            "memory_times": peak / least,
        }
        for path, peak in zip(indexes, peaks, strict=True)
    ]
    return {"query": query.name, "rows": rows}


if __name__ == "__main__":
    main()
