"""A local S3 server, once a session, and a place of its own in it for every test."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from bucket_place import Place

from lineage_index.objects import bucket
from lineage_index.store import remote

HERE = Path(__file__).parent
# The samples of other folders of tests are used here, too.
sys.path.append(str(HERE.parent / "store"))
FIXTURE = HERE.parent / "fixtures" / "polyaxon_offline_store.tar.gz"
_numbers = count()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of the server, with one bucket, `lab`."""
    command = [sys.executable, "-W", "ignore", str(HERE / "object_server.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        urlopen(Request(f"{address}/lab", method="PUT")).close()
        yield address
        assert server.stdin is not None
        server.stdin.close()


@pytest.fixture
def place(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A prefix that no other test uses, a cache of this test's own, and the environment that leads there."""
    found = Place(endpoint, f"s3://lab/{next(_numbers)}", tmp_path / "cache")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3", "PQL_CACHE_SIZE"):
        monkeypatch.delenv(name, raising=False)
    # Nobody waits for a server that is told to refuse.
    monkeypatch.setattr(bucket, "_RETRY", {**bucket._RETRY, "max_retries": 1})
    monkeypatch.setattr(remote, "_OPTIONS", {**remote._OPTIONS, "max_retries": "1"})
    yield found
    found.rules()


@pytest.fixture(scope="session")
def run_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that the real client wrote. Not to be changed."""
    target = tmp_path_factory.mktemp("remote_store")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(target, filter="data")
    return target / "runs"
