"""Train a small classifier on scikit-learn's digits, and leave behind a run that the index can search.

    pip install scikit-learn
    python examples/train_digits.py --store runs --lr 0.02 --epochs 15

Needs scikit-learn, which ships the data; nothing is downloaded.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, auc, confusion_matrix, log_loss, roc_curve
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from lineage_index import tracking


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", default="runs", help="the folder of all runs")
    parser.add_argument("--name", default="digits")
    parser.add_argument("--lr", type=float, default=0.02, help="learning rate")
    parser.add_argument("--hidden", type=int, default=48, help="units of the hidden layer")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    with tracking.init(
        name=options.name,
        project="digits",
        tags=["example", "sklearn"],
        store=options.store,
        framework="sklearn",
    ) as run:
        tracking.log_inputs(lr=options.lr, hidden=options.hidden, epochs=options.epochs, seed=options.seed)
        tracking.log_code_ref()
        accuracy = train(options.lr, options.hidden, options.epochs, options.seed)
        tracking.log_outputs(accuracy=accuracy)
    print(f"accuracy {accuracy:.3f}; the run is in {run.folder}")


def train(lr: float, hidden: int, epochs: int, seed: int) -> float:
    """Train, logging as it goes; returns the accuracy on the digits held back."""
    digits = load_digits()
    tracking.log_data_ref("digits", content=digits.data.tobytes(), summary={"rows": len(digits.data)})
    x_train, x_test, y_train, y_test = train_test_split(
        digits.data / 16.0, digits.target, test_size=0.3, random_state=seed, stratify=digits.target
    )
    tracking.log_image(digits.images[0] / 16.0, "first digit", dataformats="HW")

    model = MLPClassifier((hidden,), learning_rate_init=lr, batch_size=64, random_state=seed)
    for epoch in range(epochs):
        model.partial_fit(x_train, y_train, classes=digits.target_names)
        shares = model.predict_proba(x_test)
        tracking.log_metrics(
            {
                "train/loss": model.loss_,
                "val/loss": log_loss(y_test, shares, labels=digits.target_names),
                "val/accuracy": accuracy_score(y_test, shares.argmax(axis=1)),
            },
            step=epoch,
        )
        tracking.log_histogram("weights", model.coefs_[0], step=epoch)
        tracking.log_progress((epoch + 1) / epochs)

    guesses = shares.argmax(axis=1)
    labels = [str(name) for name in digits.target_names]
    tracking.log_confusion_matrix("confusion", labels, labels, confusion_matrix(y_test, guesses))
    wrong_alarms, hits, _ = roc_curve(y_test == 8, shares[:, 8])
    tracking.log_roc_auc_curve("eights", wrong_alarms, hits, float(auc(wrong_alarms, hits)))
    tracking.log_text("wrong", f"{int(np.sum(guesses != y_test))} of {len(y_test)} digits")

    with TemporaryDirectory() as folder:
        path = Path(folder) / "digits.joblib"
        joblib.dump(model, path)
        tracking.log_model(path, framework="sklearn", summary={"hidden": hidden}, move=True)
    return float(accuracy_score(y_test, guesses))


if __name__ == "__main__":
    main()
