"""Train a small network to tell an inner from an outer ring of points: one trial of `map_reduce.yaml`.

Plain Python; `pql run` tells it by the environment which run it is. On its own it begins one:

    python examples/train_rings.py --learning-rate 0.05 --activation relu
"""

from __future__ import annotations

import argparse
import math
import os
import random

from lineage_index import tracking

HIDDEN = 16

Point = tuple[tuple[float, float], int]


def rings(count: int, generator: random.Random) -> list[Point]:
    """Points of two rings around the origin, labelled 1 for the inner one."""
    points: list[Point] = []
    for number in range(count):
        label = number % 2
        radius = generator.gauss(0.6 if label else 1.8, 0.2)
        angle = generator.uniform(0, 2 * math.pi)
        points.append(((radius * math.cos(angle), radius * math.sin(angle)), label))
    return points


def sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))


class Network:
    """One hidden layer, trained point by point."""

    def __init__(self, activation: str, generator: random.Random) -> None:
        self.relu = activation == "relu"
        self.generator = generator
        self.inner = [[generator.gauss(0, 1.5) for _ in range(3)] for _ in range(HIDDEN)]
        self.outer = [generator.gauss(0, 0.5) for _ in range(HIDDEN + 1)]

    def hidden(self, x: float, y: float) -> list[float]:
        sums = [first * x + second * y + bias for first, second, bias in self.inner]
        return [max(0.0, each) if self.relu else sigmoid(each) for each in sums]

    def probability(self, x: float, y: float) -> float:
        """The model's probability of label 1."""
        values = [*self.hidden(x, y), 1.0]
        return sigmoid(sum(weight * value for weight, value in zip(self.outer, values, strict=True)))

    def learn(self, x: float, y: float, label: int, rate: float, dropout: float) -> None:
        """One step of gradient descent; a dropped unit takes no part in it."""
        kept = [self.generator.random() >= dropout for _ in range(HIDDEN)]
        values = [value if keep else 0.0 for value, keep in zip(self.hidden(x, y), kept, strict=True)]
        score = self.outer[-1] + sum(w * v for w, v in zip(self.outer, values, strict=False))
        error = sigmoid(score) - label
        for place, value in enumerate(values):
            slope = (1.0 if value > 0 else 0.0) if self.relu else value * (1.0 - value)
            back = error * self.outer[place] * slope
            self.outer[place] -= rate * error * value
            row = self.inner[place]
            self.inner[place] = [row[0] - rate * back * x, row[1] - rate * back * y, row[2] - rate * back]
        self.outer[-1] -= rate * error


def evaluate(network: Network, points: list[Point]) -> tuple[float, float]:
    """Mean log loss and accuracy."""
    loss, right = 0.0, 0
    for (x, y), label in points:
        guess = min(max(network.probability(x, y), 1e-12), 1.0 - 1e-12)
        loss -= math.log(guess if label else 1.0 - guess)
        right += (guess > 0.5) == bool(label)
    return loss / len(points), right / len(points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--dropout", type=float, default=0.25)
    parser.add_argument("--activation", choices=("relu", "sigmoid"), default="sigmoid")
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()

    generator = random.Random(0)
    train, held_back = rings(200, generator), rings(100, generator)
    network = Network(options.activation, generator)
    given = os.environ.get("PQL_RUN_UUID")
    with tracking.Run(run_uuid=given, attach=given is not None) as run:
        for epoch in range(options.epochs):
            generator.shuffle(train)
            for (x, y), label in train:
                network.learn(x, y, label, options.learning_rate, options.dropout)
            loss, accuracy = evaluate(network, held_back)
            run.log_metrics(step=epoch, loss=loss, accuracy=accuracy)
            print(f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.2f}")


if __name__ == "__main__":
    main()
