"""The load of the machine, sampled on a thread while a run goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from lineage_index.tracking.optional import needed

__all__ = ["PSUTIL", "SAMPLE_SECONDS", "Sampler", "sample"]

PSUTIL = "pql-lineage[tracking-system]"
"""What to install for the samples."""

SAMPLE_SECONDS = 5.0


def sample(psutil: Any, gpus: Any, disk: str) -> dict[str, float]:
    """The load now: percentages of cpu, memory and the disk that holds `disk`, the load average of a
    minute, and of each GPU its percentage and bytes of memory."""
    found = {
        "cpu": float(psutil.cpu_percent(interval=None)),
        "memory": float(psutil.virtual_memory().percent),
        "load": float(os.getloadavg()[0]),
        "disk": float(psutil.disk_usage(disk).percent),
    }
    if gpus is not None:
        for index in range(gpus.nvmlDeviceGetCount()):
            device = gpus.nvmlDeviceGetHandleByIndex(index)
            with suppress(gpus.NVMLError):  # not every card tells everything, and a part of one little
                memory = gpus.nvmlDeviceGetMemoryInfo(device)
                found[f"gpu_{index}_memory_used"] = float(memory.used)
                found[f"gpu_{index}_memory_free"] = float(memory.free)
            with suppress(gpus.NVMLError):
                found[f"gpu_{index}_utilization"] = float(gpus.nvmlDeviceGetUtilizationRates(device).gpu)
    return found


class Sampler:
    """Calls `log` with a sample at once and then every `seconds`, until `stop`.

    Raises ImportError without psutil. GPUs are looked at when pynvml and its driver are there.
    """

    def __init__(self, log: Callable[[dict[str, float]], None], disk: str, seconds: float) -> None:
        self._psutil = needed("psutil", "collect_resources", PSUTIL)
        self._psutil.cpu_percent(interval=None)  # the first call has nothing to compare with
        self._gpus = _gpus()
        self._log = log
        self._disk = disk
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracking-system", daemon=True)

    def start(self) -> None:
        """Begin; the first sample comes at once."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more samples; returns when the thread has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._log(sample(self._psutil, self._gpus, self._disk))
            except OSError:
                pass  # no disk to ask, or no load average on this system: perhaps next time
            except RuntimeError:
                return  # the run has ended
            if self._stop.wait(self._seconds):
                return


def _gpus() -> Any:
    try:
        import pynvml  # type: ignore[import-not-found, import-untyped, unused-ignore]

        pynvml.nvmlInit()
    except Exception:  # noqa: BLE001 - no library, no driver, or a broken one: no GPU either way
        return None
    return pynvml
