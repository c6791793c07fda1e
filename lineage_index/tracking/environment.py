"""What a run ran on: the interpreter, the machine, the installed packages."""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["environment"]


def environment() -> dict[str, Any]:
    """A description of this process and its Python, as JSON values; packages are `name==version`."""
    import platform
    from importlib.metadata import distributions

    packages = {
        f"{found.metadata['Name']}=={found.version}" for found in distributions() if found.metadata["Name"]
    }
    return {
        "os": platform.platform(),
        "system": platform.system(),
        "machine": platform.machine(),
        "hostname": platform.node(),
        "cpu_count": os.cpu_count(),
        "python_version": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "sys.executable": sys.executable,
        "sys.argv": list(sys.argv),
        "pid": os.getpid(),
        "packages": sorted(packages, key=str.lower),
    }
