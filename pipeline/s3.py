"""S3: objects read by ranges, and the truth about one that changes or goes away meanwhile.

Every request after the listing says which object it means (``If-Match`` with its ETag), so that no
stream is ever put together of two. A stream that breaks goes on where it broke. Nothing is held but
what was asked for. Credentials, region and endpoint are found as every AWS client finds them.
"""

from __future__ import annotations

import io
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pipeline
from pipeline.backoff import Backoff
from pipeline.errors import DamagedStream, InputError, UsageError
from pipeline.inputs import S3
from pipeline.records import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3.client import S3Client
    from typing_extensions import Buffer

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 20.0
"""How long S3 may say nothing."""

ATTEMPTS: Final = 6
"""Times that reading is tried in a row without a byte more: some ten seconds if all is refused."""

_CHANGED: Final = frozenset({"PreconditionFailed", "InvalidRange", "412", "416"})
_AGAIN: Final = frozenset({"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable"})


class S3Object(NamedTuple):
    """One object, as a listing has it."""

    bucket: str
    """Where it lies."""

    key: str
    """Its name there."""

    etag: str
    """What S3 calls its content, quotes and all."""

    size: int
    """Its octets."""

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"{S3}{self.bucket}/{self.key}"


def place_of(url: str) -> tuple[str, str]:
    """Divide a path into bucket and key.

    >>> place_of("s3://logs/dns/2026/")
    ('logs', 'dns/2026/')

    Raises:
        UsageError: it names no bucket.
    """
    bucket, _, key = url.removeprefix(S3).partition("/")
    if not bucket:
        msg = f"{url}: names no bucket; write s3://BUCKET/KEY"
        raise UsageError(msg)
    return bucket, key


@cache
def s3_client() -> S3Client:
    """Make the client, once.

    Raises:
        UsageError: the configuration names no region, or the like.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        retries={"mode": "standard", "total_max_attempts": 4},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        tcp_keepalive=True,
        user_agent_extra=f"glyphwatch/{pipeline.__version__}",
    )
    try:
        return boto3.session.Session().client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        msg = f"S3: {error}"
        raise UsageError(msg) from error


def listed(url: str) -> list[S3Object]:
    """List the object of that name, or else all whose names begin so; by name.

    Raises:
        UsageError: there is none.
        InputError: the bucket cannot be listed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, prefix = place_of(url)
    found: list[S3Object] = []
    try:
        for page in (
            s3_client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        ):
            found += [
                S3Object(bucket, each["Key"], each["ETag"], each["Size"])
                for each in page.get("Contents", ())
                if not each["Key"].endswith("/")  # what consoles make for a folder
            ]
            if found and found[0].key == prefix:
                return found[:1]
    except (ClientError, BotoCoreError) as error:
        msg = f"{url}: cannot be listed: {said_by(error)}"
        raise InputError(msg) from error
    if not found:
        msg = f"{url}: there is no object whose name begins so"
        raise UsageError(msg)
    return found


def said_by(error: Exception) -> str:
    """Give what an error of boto3 says, without the name of the operation."""
    answer: dict[str, Any] = getattr(error, "response", {})
    told = answer.get("Error", {})
    if not told:
        return str(error)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    return f"{told.get('Code', '')}: {told.get('Message', '')} ({status})"


class ObjectReader(io.RawIOBase):
    """An object as a file that is read; a request for each stretch that is read in one go."""

    def __init__(
        self, wanted: S3Object, *, client: S3Client | None = None, sleep: Callable[[float], None]
    ) -> None:
        """Be ready; nothing is asked for yet.

        Args:
            wanted: the object.
            client: S3; None for the one that all share.
            sleep: waits so many seconds.
        """
        self._object = wanted
        self._client = client or s3_client()
        self._sleep = sleep
        self._place = 0
        self._body: Any = None

    def readable(self) -> bool:
        """See `io.IOBase.readable`."""
        return True

    def seekable(self) -> bool:
        """See `io.IOBase.seekable`."""
        return True

    def tell(self) -> int:
        """See `io.IOBase.tell`."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See `io.IOBase.seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._object.size}[whence]
        if base + offset != self._place:
            self._drop()
            self._place = base + offset
        return self._place

    def readinto(self, buffer: Buffer) -> int:
        """See `io.RawIOBase.readinto`."""
        view = memoryview(buffer).cast("B")
        data = self.take(len(view))
        view[: len(data)] = data
        return len(data)

    def take(self, count: int) -> bytes:
        """Read up to `count` bytes; nothing at the end.

        Raises:
            InputError: the first byte cannot be had.
            DamagedStream: reading cannot go on.
        """
        count = min(count, self._object.size - self._place)
        if count <= 0:
            return b""
        backoff = Backoff(first=0.2, longest=5.0)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                data = self._next(count)
            except Exception as error:
                self._drop()
                if attempt == ATTEMPTS or not self._passes(error):
                    raise self._refusal(error) from error
                self._sleep(backoff.next())
            else:
                self._place += len(data)
                return data
        raise AssertionError

    def _next(self, count: int) -> bytes:
        if self._body is None:
            self._body = self._asked()
        data: bytes = self._body.read(count)
        if not data:
            msg = "the connection was closed"
            raise ConnectionError(msg)
        return data

    def _asked(self) -> Any:  # noqa: ANN401 - botocore's body has no type of use
        wanted = self._object
        answer = self._client.get_object(
            Bucket=wanted.bucket,
            Key=wanted.key,
            IfMatch=wanted.etag,
            Range=f"bytes={self._place}-{wanted.size - 1}",
        )
        return answer["Body"]

    def _passes(self, error: Exception) -> bool:
        """Say whether asking again may help."""
        code, status = _code(error)
        return not code or status >= 500 or status == 429 or code in _AGAIN

    def _refusal(self, error: Exception) -> InputError:
        code, _ = _code(error)
        changed = code in _CHANGED
        text = "was replaced while it was read" if changed else f"cannot be read: {said_by(error)}"
        if self._place or changed:
            reason = Reason.CHANGED if changed else Reason.TRUNCATED_STREAM
            return DamagedStream(reason, text)
        return InputError(f"{self._object.label}: {text}")

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        """End the request that is under way."""
        self._drop()
        super().close()


def _code(error: Exception) -> tuple[str, int]:
    """Give the code and status of an answer of S3's; nothing and 0 of what is none."""
    answer: dict[str, Any] = getattr(error, "response", {})
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return str(answer.get("Error", {}).get("Code", "")), int(status)


def reader(wanted: S3Object) -> ObjectReader:
    """Open an object."""
    return ObjectReader(wanted, sleep=time.sleep)
