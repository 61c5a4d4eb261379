"""Files in a bucket of any store that speaks S3, by obstore; imported only where a bucket is set.

Credentials come from the environment as for every such program: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or the
machine's role.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from services.requests.attachments.refusals import StorageAway
from services.requests.attachments.rules import known_ids

log = logging.getLogger(__name__)

PIECE = 64 * 1024
PART = 5 * 1024 * 1024
"""The smallest part of an upload that S3 takes."""
PREFIX = "attachments"


class BucketStorage:
    """A file is `attachments/<id>`; without an endpoint the bucket is Amazon's own."""

    def __init__(self, bucket: str, *, endpoint: str = "", region: str = "") -> None:
        given: dict[str, Any] = {"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}
        self._store = S3Store(
            bucket,
            region=region or "us-east-1",
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
            **given,
        )

    async def begin(self, file_id: UUID) -> "IncomingObject":
        """A new file. StorageAway."""
        with _told():
            return IncomingObject(obstore.open_writer_async(self._store, _key(file_id), buffer_size=PART))

    async def read(self, file_id: UUID) -> AsyncIterator[bytes]:
        """The file piece by piece. FileNotFoundError, StorageAway."""
        with _told():
            found = await obstore.get_async(self._store, _key(file_id))
        return _pieces(found)

    async def remove(self, file_id: UUID) -> None:
        """Remove it, if it is there. StorageAway."""
        with _told():
            await obstore.delete_async(self._store, _key(file_id))

    async def older_than(self, instant: datetime) -> AsyncIterator[list[UUID]]:
        """The files kept before that, some at a time; parts of broken uploads are the bucket's own rule to end."""
        with _told():
            async for some in obstore.list(self._store, prefix=PREFIX):
                names = [each["path"].rpartition("/")[2] for each in some if each["last_modified"] < instant]
                yield known_ids(names)


class IncomingObject:
    """An upload in parts: the object is there when the last one is."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    async def write(self, piece: bytes) -> None:
        """Take the next piece. StorageAway."""
        with _told():
            await self._writer.write(piece)

    async def keep(self) -> None:
        """Complete the upload. StorageAway."""
        with _told():
            await self._writer.close()

    async def drop(self) -> None:
        """Leave it incomplete: there is no object."""
        self._writer = None


def _key(file_id: UUID) -> str:
    return f"{PREFIX}/{file_id.hex}"


async def _pieces(found: Any) -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=PIECE):
        yield bytes(piece)


@contextmanager
def _told() -> Iterator[None]:
    """StorageAway for whatever the store answers; that an object is missing stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        log.error("the bucket of attachments: %s", type(error).__name__)
        raise StorageAway from error
