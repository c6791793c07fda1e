"""Which keys the generated runs have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FULL", "LEAN", "SHAPES", "Key", "Shape"]

Kind = Literal["num", "int", "text", "flag", "json"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key and the share of the runs that have it (of its project, if `own`)."""

    section: str
    name: str
    kind: Kind
    share: float = 1.0


def _inputs(*keys: tuple[str, Kind, float]) -> tuple[Key, ...]:
    return tuple(Key("inputs", *each) for each in keys)


def _outputs(*keys: tuple[str, Kind, float]) -> tuple[Key, ...]:
    return tuple(Key("outputs", *each) for each in keys)


_COMMON = (
    *_inputs(("lr", "num", 1.0), ("batch_size", "int", 1.0), ("epochs", "int", 0.9)),
    *_inputs(("optimizer", "text", 0.97), ("dropout", "num", 0.8), ("amp", "flag", 0.7)),
    *_outputs(("loss", "num", 0.95), ("acc", "num", 0.9), ("val_loss", "num", 0.9)),
    *_outputs(("f1", "num", 0.7), ("best_epoch", "int", 0.9), ("checkpoint", "text", 0.6)),
)

_COMMON_MORE = (
    *_inputs(("seed", "int", 1.0), ("model", "text", 0.95), ("dataset", "text", 0.95)),
    *_inputs(("weight_decay", "num", 0.6), ("warmup", "int", 0.4), ("config", "json", 0.1)),
    *_outputs(("precision", "num", 0.7), ("recall", "num", 0.7), ("auc", "num", 0.5)),
    *_outputs(("train_loss", "num", 0.9), ("train_acc", "num", 0.9), ("throughput", "num", 0.8)),
    *_outputs(("params_count", "int", 0.6), ("gpu_hours", "num", 0.8), ("perplexity", "num", 0.3)),
    *_outputs(("grad_norm", "num", 0.5)),
)

_RARE = Key("outputs", "rare_auc", "num", 0.001)


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys that runs of every project may have, and how many keys each project has for itself."""

    name: str
    common: tuple[Key, ...]
    own_inputs: int
    own_outputs: int
    projects: int = 20

    def own(self, project: int) -> tuple[Key, ...]:
        """The keys of one project: of every five inputs one is a text; outputs are numbers."""
        inputs = tuple(
            Key("inputs", f"p{project:02}_in{n}", "text" if n % 5 == 4 else "num", 0.97)
            for n in range(self.own_inputs)
        )
        outputs = tuple(Key("outputs", f"p{project:02}_m{n}", "num", 0.97) for n in range(self.own_outputs))
        return (*inputs, *outputs)


FULL = Shape("full", (*_COMMON, *_COMMON_MORE, _RARE), own_inputs=28, own_outputs=44)
"""About 40 inputs and 60 outputs a run."""

LEAN = Shape("lean", (*_COMMON, _RARE), own_inputs=8, own_outputs=12)
"""About 30 values a run."""

SHAPES = {each.name: each for each in (FULL, LEAN)}
