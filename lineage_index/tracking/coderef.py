"""Which commit a run's code is at, asked of git."""

from __future__ import annotations

import os

__all__ = ["code_reference"]


def code_reference(folder: str) -> dict[str, str | bool] | None:
    """Commit, branch, url of the remote and whether files differ from the commit; None where there is no
    git, no repository or no commit yet. Branch and url are left out where there is none."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    found: dict[str, str | bool] = {"commit": commit}
    if branch := _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD"):
        found["branch"] = branch
    if url := _git(folder, "config", "--get", "remote.origin.url"):
        found["url"] = without_secret(url)
    found["is_dirty"] = bool(_git(folder, "status", "--porcelain"))
    return found


def without_secret(url: str) -> str:
    """`url` without what stands before the `@` of an http address: it may be a token."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not separator or not scheme.startswith("http"):
        return url
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _git(folder: str, *words: str) -> str | None:
    import subprocess

    # Without optional locks, asking for the status never disturbs a git command of the user's.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", folder, *words], capture_output=True, text=True, env=environment, check=False
        )
    except (OSError, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
