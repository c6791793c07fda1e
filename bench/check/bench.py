"""`pql check` over a thousand operation files against `ruff check` over as many Python files of that size.

    python bench/check/bench.py [FILES]

Both read their files anew and use what cores there are. Each is run several times in turn; the best counts.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

QUERIES = 10
ROUNDS = 3


def operation(number: int) -> str:
    """One operation file with ten joins, none like those of another file."""
    joins: list[str] = []
    for place in range(QUERIES):
        seed = number * QUERIES + place
        joins += [
            f'  - query: "metrics.loss_{seed % 97}:<0.{seed + 1}, status:succeeded,',
            f"      created_at:>-{seed % 60 + 1}d, inputs.lr:0.{seed % 89}..0.9{seed},",
            f'      name:run-{seed}%, project.name:{{{{ globals.project_name }}}}"',
            f"    sort: metrics.loss_{seed % 97}",
            "    limit: 5",
            "    params:",
            f"      values_{place}: {{value: outputs.loss_{seed % 97}, contextOnly: true}}",
        ]
    uses = " ".join(f"{{{{ values_{place} }}}}" for place in range(QUERIES))
    tail = ["component:", "  run:", "    kind: job", "    container:", f"      args: ['{uses}']"]
    return (
        "\n".join(["version: 1.1", "kind: operation", f"name: op-{number}", "joins:", *joins, *tail]) + "\n"
    )


def python_file(number: int, size: int) -> str:
    """Python of about that many characters."""
    parts = ["from __future__ import annotations\n"]
    place = 0
    while sum(map(len, parts)) < size:
        parts.append(
            f"\n\ndef f{place}(a: int, b: int = {number}) -> int:\n"
            f'    """Add {place} things."""\n    total = [x * b for x in range(a)]\n'
            f"    return sum(total) + {place}\n"
        )
        place += 1
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and seconds of processors: the latter hardly depend on what else runs."""

    clock: float
    cpu: float


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(command: list[str], folder: Path) -> Took:
    """How long a command takes that must find nothing."""
    start, before = time.perf_counter(), _cpu()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    took = Took(time.perf_counter() - start, _cpu() - before)
    if done.returncode:
        raise SystemExit(
            f"{' '.join(command)} ended with {done.returncode}: {(done.stdout + done.stderr)[:2000]}"
        )
    return took


def main() -> None:
    """Print the times and their ratio, and how the time grows with the number of files."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    folder = Path(tempfile.mkdtemp(prefix="bench-check-"))
    beside = Path(sys.executable).parent
    try:
        for name, count in (("ops", files), ("half", files // 2)):
            (folder / name).mkdir()
            for number in range(count):
                (folder / name / f"op_{number}.yaml").write_text(operation(number), "utf-8")
        (folder / "py").mkdir()
        size = len(operation(0))
        for number in range(files):
            (folder / "py" / f"mod_{number}.py").write_text(python_file(number, size), "utf-8")
        ours = [str(beside / "pql"), "check", "-f", "concise"]
        ruff = [str(beside / "ruff"), "check", "--no-cache", "--isolated"]
        commands = {"ours": [*ours, "ops"], "half": [*ours, "half"], "ruff": [*ruff, "py"]}
        rounds = [
            {name: seconds(command, folder) for name, command in commands.items()} for _ in range(ROUNDS)
        ]
        clock = {name: min(each[name].clock for each in rounds) for name in commands}
        cpu = {name: min(each[name].cpu for each in rounds) for name in commands}
        print(f"{files} files, {files * QUERIES} queries, {size} characters a file")
        print(f"pql check  {clock['ours']:.2f} s, {cpu['ours']:.2f} s of processors")
        print(f"ruff check {clock['ruff']:.2f} s, {cpu['ruff']:.2f} s of processors")
        print(
            f"ratio      {clock['ours'] / clock['ruff']:.1f}, {cpu['ours'] / cpu['ruff']:.1f} of processors"
        )
        print(f"half of the files takes {cpu['half'] / cpu['ours']:.2f} of the processors' time")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
