"""Uploads: bytes out, in parts, to an object of S3 that appears when it is complete."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import SinkUnavailable
from pipeline.s3 import place_of, s3_client, said_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

PART: Final = 16 << 20
"""Octets of a part: S3 takes 10,000 of them, so an object may have 156 GiB."""


class Upload(io.RawIOBase):
    """An object that is being written (S3's multipart upload). Not thread-safe."""

    def __init__(self, url: str) -> None:
        """Begin it.

        Raises:
            SinkUnavailable: S3 does not take it.
            UsageError: the path names no bucket.
        """
        self._url = url
        bucket, key = place_of(url)
        self._client = s3_client()
        self._object: dict[str, Any] = {"Bucket": bucket, "Key": key}
        answer = self._asked(self._client.create_multipart_upload)
        self._object["UploadId"] = answer["UploadId"]
        self._parts: list[dict[str, object]] = []
        self._held = bytearray()
        self._given_up = False

    def _asked(self, call: Callable[..., Any], **more: object) -> Any:  # noqa: ANN401 - boto3's
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(**self._object, **more)
        except (ClientError, BotoCoreError) as error:
            msg = f"{self._url}: cannot be written: {said_by(error)}"
            raise SinkUnavailable(msg) from error

    def writable(self) -> bool:
        """See `io.IOBase.writable`."""
        return True

    def write(self, data: Buffer) -> int:
        """See `io.RawIOBase.write`; sends whatever makes a whole part.

        Raises:
            SinkUnavailable: S3 does not take it.
        """
        octets = memoryview(data).cast("B")
        self._held += octets
        while len(self._held) >= PART:
            self._send(bytes(self._held[:PART]))
            del self._held[:PART]
        return len(octets)

    def _send(self, part: bytes) -> None:
        number = len(self._parts) + 1
        answer = self._asked(self._client.upload_part, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def close(self) -> None:
        """Make the object of its parts.

        Raises:
            SinkUnavailable: S3 does not take it.
        """
        if self.closed:
            return
        if not self._given_up:
            if self._held or not self._parts:
                self._send(bytes(self._held))
            self._asked(
                self._client.complete_multipart_upload, MultipartUpload={"Parts": self._parts}
            )
        super().close()

    def abandon(self) -> None:
        """Give the parts up; the object never appears."""
        self._given_up = True
        self.close()
        self._asked(self._client.abort_multipart_upload)

    def __del__(self) -> None:
        """Never complete what nobody has finished: `io` would close it."""
        self._given_up = True
