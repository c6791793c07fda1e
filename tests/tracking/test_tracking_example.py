from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import joblib
from run_folders import lineage, metric, run_file
from sklearn.datasets import load_digits

EXAMPLE = Path(__file__).parents[2] / "examples" / "train_digits.py"


def test_the_example_trains_and_leaves_a_whole_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLE, "--store", tmp_path, "--epochs", "12"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    said = run_file(folder)
    assert said["status"] == "succeeded"
    assert said["inputs"] == {"lr": 0.02, "hidden": 48, "epochs": 12, "seed": 0}
    assert said["outputs"]["accuracy"] > 0.9
    assert said["meta_info"]["progress"] == 1.0
    losses = [value for _, value in metric(folder, "train/loss")]
    assert len(losses) == 12
    assert losses[-1] < losses[0] / 4
    assert said["outputs"]["train/loss"] == losses[-1]
    kinds = {found["kind"] for found in lineage(folder)}
    assert {"metric", "data", "image", "histogram", "confusion", "curve", "text", "model"} <= kinds
    (path,) = [found["path"] for found in lineage(folder) if found["kind"] == "model"]
    model = joblib.load(folder / path)
    digits = load_digits()
    assert model.score(digits.data / 16.0, digits.target) > 0.9
