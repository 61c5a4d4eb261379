"""Files in a folder: taken in beside it, moved in when whole, spread over subfolders by the end of their ids."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from services.requests.attachments.refusals import StorageAway
from services.requests.attachments.rules import known_ids

log = logging.getLogger(__name__)

PIECE = 64 * 1024
_INCOMING = "incoming"


class FolderStorage:
    """Makes the folder when the first file comes; a file is `<last two digits of its id>/<id>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def begin(self, file_id: UUID) -> "IncomingFile":
        """A new file. StorageAway."""
        staging, place = self._folder / _INCOMING / file_id.hex, self._place(file_id)
        return IncomingFile(await _in_thread(_opened_new, staging), staging, place)

    async def read(self, file_id: UUID) -> AsyncIterator[bytes]:
        """The file piece by piece. FileNotFoundError, StorageAway."""
        return _pieces(await _in_thread(open, self._place(file_id), "rb"))

    async def remove(self, file_id: UUID) -> None:
        """Remove it, if it is there. StorageAway."""
        await _in_thread(self._place(file_id).unlink, True)

    async def older_than(self, instant: datetime) -> AsyncIterator[list[UUID]]:
        """The files kept before that, a subfolder at a time."""
        before = instant.timestamp()
        for name in await _in_thread(_older, self._folder / _INCOMING, before):
            await _in_thread((self._folder / _INCOMING / name).unlink, True)
        for end in (f"{number:02x}" for number in range(256)):
            names = await _in_thread(_older, self._folder / end, before)
            if names:
                yield known_ids(names)

    def _place(self, file_id: UUID) -> Path:
        return self._folder / file_id.hex[-2:] / file_id.hex


class IncomingFile:
    """A file beside the others until it is whole."""

    def __init__(self, file: BinaryIO, staging: Path, place: Path) -> None:
        self._file = file
        self._staging = staging
        self._place = place

    async def write(self, piece: bytes) -> None:
        """Take the next piece. StorageAway."""
        await _in_thread(self._file.write, piece)

    async def keep(self) -> None:
        """Move it to where it is found, written through to the disk. StorageAway."""
        await _in_thread(_moved, self._file, self._staging, self._place)

    async def drop(self) -> None:
        """Forget it; what cannot be forgotten now is swept up later."""
        try:
            await asyncio.to_thread(_forgotten, self._file, self._staging)
        except OSError as error:
            log.warning("a file that was not wanted stays for now: %r", error)


def _opened_new(staging: Path) -> BinaryIO:
    staging.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(staging, "xb", buffering=0)


def _moved(file: BinaryIO, staging: Path, place: Path) -> None:
    os.fsync(file.fileno())
    file.close()
    place.parent.mkdir(mode=0o700, exist_ok=True)
    staging.rename(place)
    for folder in (place.parent, place.parent.parent):
        _write_through(folder)


def _write_through(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forgotten(file: BinaryIO, staging: Path) -> None:
    file.close()
    staging.unlink(missing_ok=True)


def _older(folder: Path, before: float) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_file() and entry.stat().st_mtime < before]
    except FileNotFoundError:
        return []


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)


async def _in_thread(function: Any, *arguments: Any) -> Any:
    """What touches the disk holds up nobody. FileNotFoundError as it is; StorageAway for all else."""
    try:
        return await asyncio.to_thread(function, *arguments)
    except FileNotFoundError:
        raise
    except OSError as error:
        log.error("the folder of attachments: %r", error)
        raise StorageAway from error
