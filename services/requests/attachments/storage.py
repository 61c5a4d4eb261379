"""Where files lie: the port that a folder and a bucket fill, each file by the id of its row."""

from collections.abc import AsyncIterator
from datetime import datetime
from importlib import import_module
from typing import Protocol
from uuid import UUID

from services.requests.attachments.folder import FolderStorage
from services.requests.settings import RequestsSettings


class Incoming(Protocol):
    """A file on its way in: nobody finds it before it is whole."""

    async def write(self, piece: bytes) -> None:
        """Take the next piece. StorageAway."""

    async def keep(self) -> None:
        """It is whole, and is there from now on, also after a crash. StorageAway."""

    async def drop(self) -> None:
        """Forget it."""


class Storage(Protocol):
    """Keeps files by id; the same id never gets another content."""

    async def begin(self, file_id: UUID) -> Incoming:
        """A new file. StorageAway."""

    async def read(self, file_id: UUID) -> AsyncIterator[bytes]:
        """The file piece by piece. FileNotFoundError, StorageAway."""

    async def remove(self, file_id: UUID) -> None:
        """Remove it, if it is there. StorageAway."""

    def older_than(self, instant: datetime) -> AsyncIterator[list[UUID]]:
        """The files that were kept before that, some at a time; what was left half taken in by then is dropped."""


def storage_of(settings: RequestsSettings) -> Storage:
    """The bucket of the settings, else their folder."""
    if not settings.attachments_bucket:
        return FolderStorage(settings.attachments_folder)
    # Its library takes ten megabytes: only a process that has a bucket imports it.
    bucket: Storage = import_module("services.requests.attachments.bucket").BucketStorage(
        settings.attachments_bucket, endpoint=settings.attachments_endpoint, region=settings.attachments_region
    )
    return bucket
