"""What tests do with a place in the local S3 server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from lineage_index.objects.bucket import Bucket
from lineage_index.objects.url import parse_url


@dataclass(frozen=True)
class Place:
    """A prefix at the server, and where copies of what is there are kept."""

    endpoint: str
    url: str
    cache: Path

    @property
    def environment(self) -> dict[str, str]:
        """What leads there."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "someone",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "PQL_CACHE": str(self.cache),
        }

    @property
    def index(self) -> str:
        """Where an index may be."""
        return f"{self.url}/index"

    @property
    def store(self) -> str:
        """Where a run store may be."""
        return f"{self.url}/runs"

    def bucket(self, url: str) -> Bucket:
        """The objects below a URL."""
        parsed = parse_url(url)
        assert parsed is not None
        return Bucket(parsed)

    def upload(self, folder: Path, url: str) -> None:
        """Every file below a folder becomes an object."""
        bucket = self.bucket(url)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                bucket.send(path, path.relative_to(folder).as_posix())

    def names(self, url: str) -> set[str]:
        """The objects below a URL."""
        return {each.name for each in self.bucket(url).entries()}

    def rules(self, *rules: dict[str, Any]) -> None:
        """What the server is to do from now on (`object_server`); nothing odd if there are none."""
        data = json.dumps([{"skip": 0, "count": 10**9, **rule} for rule in rules]).encode()
        urlopen(Request(f"{self.endpoint}/-/rule", data=data)).close()

    def requests(self) -> list[str]:
        """The requests since this was last asked: `METHOD /path`."""
        with urlopen(f"{self.endpoint}/-/log") as answer:
            return answer.read().decode().splitlines()
