from __future__ import annotations

from pathlib import Path

import pytest

from lineage_index.objects.url import BadUrl, ObjectUrl, parse_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://bucket", ObjectUrl("s3", "bucket", "")),
        ("s3://bucket/", ObjectUrl("s3", "bucket", "")),
        ("s3://bucket/a/b/", ObjectUrl("s3", "bucket", "a/b")),
        ("S3://Bucket.name/a b", ObjectUrl("s3", "Bucket.name", "a b")),
        ("gs://b-1/x", ObjectUrl("gs", "b-1", "x")),
        ("az://container/x", ObjectUrl("az", "container", "x")),
        (Path("s3://bucket/a"), ObjectUrl("s3", "bucket", "a")),
        ("runs", None),
        ("/runs/s3:/x", None),
        ("s3:/bucket/a", None),
        ("C:\\runs", None),
        ("", None),
    ],
)
def test_what_is_a_url(text: str | Path, url: ObjectUrl | None) -> None:
    assert parse_url(text) == url
    if url is not None:
        assert parse_url(str(url)) == url


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://host/x", "http:// is not known here"),
        ("file:///x", "file:// is not known here"),
        ("s3://", "names no bucket"),
        ("s3:///x", "names no bucket"),
        ("s3://key:secret@bucket/x", "names no bucket"),
        ("s3://bucket/a//b", "an empty part"),
        ("s3://bucket/a/../b", "an empty part, or one of dots"),
    ],
)
def test_what_is_no_url_of_ours(text: str, words: str) -> None:
    with pytest.raises(BadUrl, match=words):
        parse_url(text)


def test_the_last_part_is_the_name() -> None:
    assert [ObjectUrl("s3", "b", prefix).name for prefix in ("", "a", "a/b")] == ["b", "a", "b"]
