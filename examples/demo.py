"""The demo: train some small models, index their runs, ask a question.

Forty logistic regressions over learning rate, dropout and epochs are trained in plain Python and tracked as
run folders in `demo_store/`; then the commands that are printed are run. A second call finds everything in
place: it trains nothing and the refresh reads nothing.

    python examples/demo.py [FOLDER]    # the checkout, unless another folder is named
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import uuid
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STORE = "demo_store"
QUERY = "metrics.loss:<0.01"

LEARNING_RATES = (0.01, 0.1, 0.5, 2.0, 8.0)
DROPOUTS = (0.0, 0.2)
EPOCHS = (5, 20, 60, 150)

Point = tuple[list[float], int]


def make_points(count: int, generator: random.Random) -> list[Point]:
    """Two clouds in the plane that a line can part, with a constant third coordinate for the bias."""
    points: list[Point] = []
    for number in range(count):
        label = number % 2
        centre = 1.5 if label else -1.5
        points.append(([generator.gauss(centre, 0.6), generator.gauss(centre, 0.6), 1.0], label))
    return points


def probability(weights: list[float], features: list[float]) -> float:
    """The model's probability of label 1."""
    score = sum(weight * feature for weight, feature in zip(weights, features, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, score))))


def evaluate(weights: list[float], points: list[Point]) -> tuple[float, float]:
    """Mean log loss and accuracy."""
    loss, right = 0.0, 0
    for features, label in points:
        guess = min(max(probability(weights, features), 1e-12), 1.0 - 1e-12)
        loss -= math.log(guess if label else 1.0 - guess)
        right += (guess > 0.5) == bool(label)
    return loss / len(points), right / len(points)


def train(learning_rate: float, dropout: float, epochs: int, run_uuid: str) -> None:
    """Train one model by gradient descent, and track it."""
    from lineage_index import tracking

    generator = random.Random(run_uuid)
    points = make_points(80, random.Random("clouds"))
    weights = [0.0, 0.0, 0.0]
    with tracking.Run(
        name=f"logreg lr={learning_rate:g}",
        project="demo",
        tags=["demo", "dropout" if dropout else "plain"],
        store=STORE,
        run_uuid=run_uuid,
    ) as run:
        run.log_inputs(learning_rate=learning_rate, dropout=dropout, epochs=epochs)
        for epoch in range(epochs):
            gradient = [0.0, 0.0, 0.0]
            for features, label in points:
                kept = [0.0 if generator.random() < dropout else each for each in features[:2]] + [1.0]
                error = probability(weights, kept) - label
                gradient = [sum_ + error * each for sum_, each in zip(gradient, kept, strict=True)]
            step = learning_rate / len(points)
            weights = [weight - step * each for weight, each in zip(weights, gradient, strict=True)]
            loss, accuracy = evaluate(weights, points)
            run.log_metrics(step=epoch, loss=loss, accuracy=accuracy)


def pql(*arguments: str) -> int:
    """Show a command and run it; gives its exit code."""
    shown = " ".join(f'"{each}"' if " " in each or "<" in each else each for each in arguments)
    print(f"\n$ pql {shown}", flush=True)
    return subprocess.run([Path(sys.executable).with_name("pql"), *arguments], check=False).returncode


def main(folder: Path = ROOT) -> int:
    """Train what is missing in the folder, refresh, search."""
    import os

    os.chdir(folder)
    grid = list(product(LEARNING_RATES, DROPOUTS, EPOCHS))
    missing = [
        (values, name)
        for values in grid
        if not (Path(STORE) / (name := uuid.uuid5(uuid.NAMESPACE_URL, f"pql-demo/{values}").hex)).is_dir()
    ]
    if missing:
        print(f"Training {len(missing)} models into {STORE}/ ...", flush=True)
    for (learning_rate, dropout, epochs), name in missing:
        train(learning_rate, dropout, epochs, name)
    return pql("index", "refresh", STORE) or pql("search", QUERY, "--sort", "metrics.loss")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
