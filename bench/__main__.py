"""`python -m bench [short|full]`: run the bench and write its report."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.data.build import build_index
from bench.data.folders import write_store
from bench.joins import joins_bench
from bench.machine import machine
from bench.processes import peak_memory, readers, start_up
from bench.profiling import imports, plans, stages
from bench.queries import QUERIES
from bench.refresh import refresh_bench
from bench.report import VERDICTS, markdown
from bench.rivals.rival import RIVALS, environment
from bench.search import Effort, rival_bench, search_bench
from bench.sides import Hand, names_of
from bench.targets import targets
from lineage_index.store.snapshot import open_snapshot

_HERE = Path(__file__).parent
_ROOT = _HERE.parent / ".bench"
_DATA = _ROOT / "data"
_SMALL = ("lean", 10_000)


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
        refresh={"deep": 10_000, "wide": 100_000, "rounds": 5, "sample": 200},
    ),
}
_BEGIN, _END = "<!-- report -->", "<!-- /report -->"
_GROWING = [each.name for each in QUERIES if each.name == "metric top ten"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and write a report.")
    parser.add_argument("profile", choices=_PROFILES, nargs="?", default="short")
    parser.add_argument("--no-rivals", action="store_true", help="neither install nor ask the rivals")
    parser.add_argument(
        "--only", nargs="+", choices=_SECTIONS, help="measure these alone; the others stand as they were"
    )
    parser.add_argument("--seconds", type=float, help="the most for one query, instead of the profile's")
    parser.add_argument("--out", type=Path, default=_HERE / "reports", help="the folder for the report")
    chosen = parser.parse_args()
    profile = _PROFILES[chosen.profile]
    if chosen.seconds is not None:
        efforts = (Effort(each.rounds, chosen.seconds) for each in (profile.effort, profile.rival_effort))
        profile = replace(profile, effort=next(efforts), rival_effort=next(efforts))
    chosen.out.mkdir(parents=True, exist_ok=True)
    file = chosen.out / f"{chosen.profile}.json"
    kept = bool(chosen.only) and file.exists()
    report: dict[str, Any] = json.loads(file.read_text()) if kept else {"measured": {}}
    report |= {"profile": chosen.profile, "machine": machine()}
    for section in chosen.only or _SECTIONS:
        report[section] = _measured(section, profile, not chosen.no_rivals)
        report["measured"][section] = {name: report["machine"][name] for name in ("date", "commit")}
        # What is measured is kept, whatever becomes of the rest.
        file.write_text(json.dumps(report, indent=1) + "\n")
    (chosen.out / f"{chosen.profile}.md").write_text(markdown(report))
    if chosen.out == _HERE / "reports":
        _into_readme(chosen.out)
    for each in targets(report):
        _step(f"{VERDICTS[each.met]:13} {each.aim}: {each.measured}")
    _step(f"wrote {chosen.out / chosen.profile}.md and .json")
    sys.exit(int(any("failed" in report[section] for section in chosen.only or _SECTIONS)))


def _measured(section: str, profile: Profile, rivals: bool) -> Any:
    """The figures of a section; if it fails, why: the others are measured all the same."""
    _step(section)
    started = time.perf_counter()
    try:
        found = _SECTIONS[section](profile, rivals)
    except Exception as error:  # noqa: BLE001 - whatever it was, the report says it
        traceback.print_exc()
        found = {"failed": f"{type(error).__name__}: {error}"[:500]}
    _step(f"{section} took {time.perf_counter() - started:.0f} s")
    return found


def _into_readme(reports: Path) -> None:
    """The last full report, else the short one, without the plans, into the README."""
    last = next(each for each in (reports / "full.json", reports / "short.json") if each.exists())
    text = markdown(json.loads(last.read_text()), plans=False).replace("\n## ", "\n### ").removeprefix("# ")
    readme = _HERE / "README.md"
    head, _, rest = readme.read_text().partition(_BEGIN)
    tail = rest.partition(_END)[2]
    readme.write_text(f"{head}{_BEGIN}\n{text}{_END}{tail}")


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
            none, some = home / "offline" / "none", home / "offline" / "some"
            (none / "runs").mkdir(parents=True, exist_ok=True)
            some.mkdir(exist_ok=True)
            (some / "runs").unlink(missing_ok=True)
            (some / "runs").symlink_to(write_store(_DATA, _SMALL[1], 0, 0).absolute())
            listed = ["env", f"HOME={home.absolute()}", str(python.with_name("polyaxon")), "ops", "ls"]
            for name, place in (("no runs", none), (f"{_SMALL[1]:,} runs", some)):
                found[f"polyaxon ops ls, {name}"] = [*listed, "--offline", "--path", str(place.absolute())]
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


def _built(index: tuple[str, int]) -> Path:
    """The index of a shape and a number of runs, built if need be."""
    return build_index(_DATA, *index)


def _title(index: tuple[str, int]) -> str:
    return f"{index[1]:,} runs, {index[0]}"


def _search(profile: Profile, _: bool) -> dict[str, Any]:
    return {_title(each): search_bench(_built(each), profile.effort) for each in profile.search}


def _rivals(profile: Profile, wanted: bool) -> dict[str, Any]:
    if not wanted:
        return {}
    beside = _built(profile.rivals)
    return {_title(profile.rivals): rival_bench(beside, _ROOT, profile.rival_effort, install=True)}


def _start_up(profile: Profile, rivals: bool) -> dict[str, Any]:
    small = _built(_SMALL)
    return {_title(_SMALL): start_up(small, _commands(small) if rivals else {}, rounds=profile.starts)}


def _readers(profile: Profile, _: bool) -> dict[str, Any]:
    path = _built(profile.search[1])
    return readers(path, _names(path), (1, 2, 8), 200)


def _joins(profile: Profile) -> dict[str, Any]:
    path = _built(profile.search[1])
    rows = joins_bench(path, profile.effort.rounds, profile.effort.seconds)
    return {"index": _title(profile.search[1]), "rows": rows}


def _plans(profile: Profile, _: bool) -> dict[str, Any]:
    return {_title(each): plans(_built(each)) for each in profile.search[1:]}


_SECTIONS: dict[str, Callable[[Profile, bool], Any]] = {
    "search": _search,
    "rivals": _rivals,
    "start_up": _start_up,
    "growth": lambda profile, _: _grown([_built(each) for each in profile.growth]),
    "readers": _readers,
    "joins": lambda profile, _: _joins(profile),
    "refresh": lambda profile, _: refresh_bench(_DATA, _ROOT, **profile.refresh),
    "stages": lambda profile, _: stages(_built(profile.search[1])),
    "imports": lambda profile, _: imports(_built(_SMALL)),
    "plans": _plans,
}
"""What a report is made of; the flag says whether rivals are wanted."""


if __name__ == "__main__":
    main()
