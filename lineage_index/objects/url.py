"""Addresses in object stores: `s3://bucket/prefix`, `gs://…`, `az://…`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ENDPOINTS", "SCHEMES", "BadUrl", "ObjectUrl", "parse_url"]

SCHEMES = {
    "s3": "Amazon S3 and what speaks as it does",
    "gs": "Google Cloud Storage",
    "az": "Azure Blob Storage",
}
"""Scheme → what it leads to; each is also the name of the extra that it needs."""

ENDPOINTS = (
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT",
    "AZURE_STORAGE_ENDPOINT",
    "AZURE_ENDPOINT",
)
"""Variables of the environment that name another server than the provider's."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)\Z", re.DOTALL)
_COLLAPSED = re.compile(rf"({'|'.join(SCHEMES)}):/(?=[^/])")
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]*\Z")


class BadUrl(ValueError):  # noqa: N818 - named as the errors of the store are
    """Something with a scheme that is no address of ours. The text is one sentence for a user."""


@dataclass(frozen=True, slots=True)
class ObjectUrl:
    """A place in an object store: everything whose name begins with `prefix` and a slash; all of the bucket
    if `prefix` is empty."""

    scheme: str
    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")

    @property
    def name(self) -> str:
        """Its last part, as the name of a folder."""
        return self.prefix.rpartition("/")[2] or self.bucket


def parse_url(place: str | Path) -> ObjectUrl | None:
    """The address that a text means; None if it is no URL but a path.

    A slash at the end says nothing. `Path("s3://b/x")`, which Python writes with one slash, is an address,
    too. Raises BadUrl.
    """
    text = str(place)
    if isinstance(place, Path):
        text = _COLLAPSED.sub(r"\1://", text, count=1)
    found = _URL.match(text)
    if found is None:
        return None
    scheme, rest = found[1].lower(), found[2]
    if scheme not in SCHEMES:
        known = ", ".join(f"{each}://" for each in SCHEMES)
        raise BadUrl(f"{scheme}:// is not known here; there are paths, {known}")
    bucket, _, prefix = rest.partition("/")
    if not _BUCKET.match(bucket):
        raise BadUrl(f"{text!r} names no bucket: it should be {scheme}://BUCKET/PREFIX")
    prefix = prefix.rstrip("/")
    if prefix and any(part in ("", ".", "..") for part in prefix.split("/")):
        raise BadUrl(f"{text!r} has an empty part, or one of dots, in its path")
    return ObjectUrl(scheme, bucket, prefix)
