"""Runs by the ten thousand, as columns. The same seed, shape and number of runs give the same runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.data.shape import Key, Shape

__all__ = ["GROUP", "SEED", "Chunk", "Keyed", "chunks", "uuid_of"]

SEED = 20_261_122
CHUNK = 25_000
BATCH = 500
GROUP = 50
"""The first run of each group of so many is the pipeline of the others."""

YEARS_US = 2 * 365 * 86_400 * 1_000_000
START_US = 1_700_000_000 * 1_000_000

STATUSES = ("succeeded", "failed", "running", "stopped", "queued")
_STATUS_SHARES = (0.70, 0.18, 0.04, 0.06, 0.02)
MODELS = ("resnet-50", "resnet-18", "bert-base", "gpt-small", "unet", "vit-b16", "lstm", "xgboost")
OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop", "lion")
TAGS = ("baseline", "prod", "sweep", "nightly", "debug", "paper", "ablation", "release")
USERS = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")
BATCH_SIZES = (16, 32, 64, 128, 256, 512)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Keyed:
    """The values of one key in a chunk: the rows that have it, ascending, and their values. Numbers are in
    an array; texts are codes into `texts`."""

    key: Key
    rows: Ints
    values: npt.NDArray[np.float64] | Ints | npt.NDArray[np.bool_]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive runs. `start` is the number of the first one. Codes index the tuples above; times are
    microseconds since the epoch; `tags` is a matrix of yes and no."""

    start: int
    size: int
    run_ids: Ints
    uuids: list[str]
    project: Ints
    status: Ints
    user: Ints
    model: Ints
    variant: Ints
    created: Ints
    updated: Ints
    wait: npt.NDArray[np.float64]
    duration: npt.NDArray[np.float64]
    tags: npt.NDArray[np.bool_]
    keyed: list[Keyed]
    artifacts: npt.NDArray[np.bool_]

    def group_start(self) -> Ints:
        """For each run the row (of this chunk) of its group's pipeline."""
        rows = np.arange(self.size)
        return rows - (self.start + rows) % GROUP


def uuid_of(rng: np.random.Generator, count: int) -> list[str]:
    """Random uuids as 32 hex digits."""
    text = rng.bytes(16 * count).hex()
    return [text[at : at + 32] for at in range(0, 32 * count, 32)]


def chunks(shape: Shape, runs: int) -> Iterator[Chunk]:
    """The runs in order of creation. A chunk begins with a whole group."""
    run_ids = _run_ids(runs)
    for start in range(0, runs, CHUNK):
        size = min(CHUNK, runs - start)
        yield _chunk(shape, start, size, runs, run_ids[start : start + size])


def _run_ids(runs: int) -> Ints:
    """Folders are read in the order of their names, a batch at a time: ids tell nothing of time."""
    rng = np.random.default_rng([SEED, runs])
    batches = rng.integers(0, 1 << 46, runs // BATCH + 1) << 16
    order = rng.permutation(runs)
    return batches[order // BATCH] + order % BATCH


def _chunk(shape: Shape, start: int, size: int, runs: int, run_ids: Ints) -> Chunk:
    rng = np.random.default_rng([SEED, start, size, runs])
    step = YEARS_US // runs
    created = START_US + (start + np.arange(size)) * step + rng.integers(0, max(1, step), size)
    wait = np.round(rng.exponential(30.0, size), 3)
    duration = np.round(rng.lognormal(6.5, 1.3, size), 3)
    project = rng.integers(0, shape.projects, size)
    quality = rng.beta(2, 5, size)
    model = rng.integers(0, len(MODELS), size)
    keyed = [_keyed(rng, key, np.arange(size), quality, model) for key in shape.common]
    for number in range(shape.projects):
        rows = np.flatnonzero(project == number)
        keyed += [_keyed(rng, key, rows, quality, model) for key in shape.own(number)]
    return Chunk(
        start=start,
        size=size,
        run_ids=run_ids,
        uuids=uuid_of(rng, size),
        project=project,
        status=rng.choice(len(STATUSES), size, p=_STATUS_SHARES),
        user=rng.integers(0, len(USERS), size),
        model=model,
        variant=rng.integers(0, 1000, size),
        created=created,
        updated=created + ((wait + duration) * 1_000_000).astype(np.int64) + 1_000_000,
        wait=wait,
        duration=duration,
        tags=rng.random((size, len(TAGS))) < 0.15,
        keyed=keyed,
        artifacts=rng.random((size, 3)) < (0.4, 0.9, 0.25),
    )


def _keyed(
    rng: np.random.Generator,
    key: Key,
    candidates: Ints,
    quality: npt.NDArray[np.float64],
    model: Ints,
) -> Keyed:
    rows = candidates if key.share >= 1 else candidates[rng.random(len(candidates)) < key.share]
    count = len(rows)
    match key.kind:
        case "num":
            return Keyed(key, rows, _numbers(rng, key.name, quality[rows]))
        case "int":
            if key.name == "batch_size":
                return Keyed(key, rows, np.array(BATCH_SIZES)[rng.integers(0, len(BATCH_SIZES), count)])
            return Keyed(key, rows, rng.integers(1, 100, count))
        case "flag":
            return Keyed(key, rows, rng.random(count) < 0.5)
        case "json":
            return Keyed(key, rows, rng.integers(0, 50, count), tuple(_config(n) for n in range(50)))
        case "text":
            texts = _texts(key.name)
            codes = model[rows] if key.name == "model" else rng.integers(0, len(texts), count)
            return Keyed(key, rows, codes, texts)


def _config(number: int) -> str:
    return f'{{"depth":{number},"width":{64 << number % 5}}}'


def _texts(name: str) -> tuple[str, ...]:
    match name:
        case "optimizer":
            return OPTIMIZERS
        case "model":
            return MODELS
        case "checkpoint":
            return tuple(f"s3://models/run/checkpoint-{n}.pt" for n in range(400))
        case _:
            return tuple(f"{name}-{n}" for n in range(40))


def _numbers(
    rng: np.random.Generator, name: str, quality: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    count = len(quality)
    if name == "lr":
        return np.round(10 ** rng.uniform(-5, -1, count), 7)
    if name == "dropout":
        return np.round(rng.integers(0, 11, count) * 0.05, 2)
    noise = rng.normal(0, 0.02, count)
    if name.endswith("loss"):
        return np.abs(quality * 2 + noise)
    share = np.abs(1 - quality + noise)
    return np.where(share > 1, 2 - share, share)  # turned back at 1, not cut off: no two are equal
