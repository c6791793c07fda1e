"""What object stores answer when they don't, in one sentence each, with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ObjectError", "explained", "sentence"]


class ObjectError(OSError):
    """An object store could not be used. The text is one sentence for a user."""


_NO_BUCKET = r"NoSuchBucket|bucket does not exist|ContainerNotFound|container does not exist"
_NO_CREDENTIALS_HERE = r"169\.254\.169\.254|metadata\.google"
"""The address of last resort: a virtual machine of the provider would get credentials there."""

_CAUSES: tuple[tuple[str, str], ...] = (
    (_NO_BUCKET, "there is no such bucket; make it, or mend the name"),
    (r"InvalidBucketName|InvalidResourceName", "this is no name of a bucket"),
    (_NO_CREDENTIALS_HERE, "there are no credentials in the environment; put them there"),
    (
        "PermissionDenied|AccessDenied|403 Forbidden|SignatureDoesNotMatch|InvalidAccessKeyId",
        "the credentials of the environment may not do this; see to them, or to the bucket's rights",
    ),
    (
        "Unauthenticated|401 Unauthorized|[Cc]redential",
        "the credentials of the environment are not valid; put others there",
    ),
    (
        "[Aa]ccount must be specified|MissingAccount",
        "the account is not named; set AZURE_STORAGE_ACCOUNT_NAME",
    ),
    (
        "URL scheme is not allowed",
        "the endpoint is http and not https; set AWS_ALLOW_HTTP=true if that is meant",
    ),
    (
        "PermanentRedirect|AuthorizationHeaderMalformed|Received redirect",
        "the bucket is in another region; set AWS_REGION",
    ),
    (
        "[Cc]onnect|[Tt]ime(d )?out|dns|error sending|reset|[Bb]roken pipe|incomplete|50[0234] [A-Z]|body",
        "the server could not be reached, or broke off; see to the connection, and run this again",
    ),
)
"""What the libraries' texts hold → what we say, the first that fits."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def sentence(error: BaseException) -> str:
    """What a library's error means; its own first line where we don't know it."""
    text = _COLOURS.sub("", str(error)) or type(error).__name__
    said = f"{type(error).__name__} {text}"
    for pattern, words in _CAUSES:
        if re.search(pattern, said):
            return words
    return text.splitlines()[0].strip()[:300]


@contextmanager
def explained() -> Iterator[None]:
    """Turns what obstore raises into ObjectError. FileNotFoundError stays what it is, but where it is the
    bucket that is missing."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        if re.search(_NO_BUCKET, str(error)):
            raise ObjectError(sentence(error)) from error
        raise
    except (BaseError, OSError, ValueError) as error:
        if isinstance(error, ObjectError):
            raise
        if isinstance(error, OSError) and error.filename is not None:  # of a local file
            raise
        raise ObjectError(sentence(error)) from error
