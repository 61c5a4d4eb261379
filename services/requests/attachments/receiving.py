"""A file on its way in: counted, hashed and looked at as it comes, and kept only if all of it is as it should be."""

import hashlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from uuid import UUID

from services.requests.attachments.parts import LONGEST_VALUE, FormEvent, PartBegins
from services.requests.attachments.refusals import EmptyFile, FileTypeNotTaken, NoForm, NotWhatItIsCalled
from services.requests.attachments.rules import HEAD, TYPES, clean_name, extension_of
from services.requests.attachments.storage import Incoming, Storage
from services.requests.settings import RequestsSettings
from services.requests.timeline.vocabulary import Visibility
from services.shared.problems import PayloadTooLarge


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken: bytes of a file, extensions, files on a ticket."""

    size: int
    extensions: Collection[str]
    on_ticket: int


@dataclass(frozen=True, slots=True)
class Received:
    """A file that the storage keeps, and what was said of it."""

    id: UUID
    filename: str
    media_type: str
    size: int
    sha256: str
    visibility: Visibility


def limits_of(settings: RequestsSettings) -> Limits:
    """What these settings let in. ValueError for a type that is not known."""
    named = {part.strip().lstrip(".").lower() for part in settings.attachment_types.split(",")} - {""}
    unknown = named - TYPES.keys()
    if unknown:
        raise ValueError(f"attachment_types names {', '.join(sorted(unknown))}; known are {', '.join(sorted(TYPES))}")
    return Limits(settings.attachment_bytes, named or TYPES.keys(), settings.attachments_on_ticket)


async def receive(file_id: UUID, events: AsyncIterator[FormEvent], storage: Storage, limits: Limits) -> Received:
    """Take in the form's file. NoForm, PayloadTooLarge, EmptyFile, FileTypeNotTaken, NotWhatItIsCalled, StorageAway."""
    reception = _Reception(file_id, storage, limits)
    try:
        async for event in events:
            await reception.take(event)
        return await reception.end()
    except BaseException:
        await reception.drop()
        raise


class _Reception:
    def __init__(self, file_id: UUID, storage: Storage, limits: Limits) -> None:
        self._id, self._storage, self._limits = file_id, storage, limits
        self._incoming: Incoming | None = None
        self._filename = ""
        self._head = b""
        self._is_known = False
        self._size = 0
        self._hash = hashlib.sha256()
        self._visibility = b""
        self._now_in: str | None = None
        self._seen: set[str] = set()

    async def take(self, event: FormEvent) -> None:
        """Where a part begins, or the next piece of it."""
        if isinstance(event, PartBegins):
            await self._begin(event)
        elif self._now_in == "file":
            await self._write(event)
        else:
            self._visibility += event
            if len(self._visibility) > LONGEST_VALUE:
                raise NoForm(pointer="/visibility", why="a value is too long")

    async def _begin(self, part: PartBegins) -> None:
        if part.name not in ("file", "visibility") or part.name in self._seen:
            raise NoForm(pointer=f"/{part.name}", why="it has one file and one visibility")
        if (part.filename is not None) != (part.name == "file"):
            raise NoForm(pointer=f"/{part.name}", why="the file is a file, and visibility is none")
        self._seen.add(part.name)
        self._now_in = part.name
        if part.filename is not None:
            self._filename = clean_name(part.filename)
            if extension_of(self._filename) not in self._limits.extensions:
                raise FileTypeNotTaken(pointer="/file", extensions=", ".join(sorted(self._limits.extensions)))
            self._incoming = await self._storage.begin(self._id)

    async def _write(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limits.size:
            raise PayloadTooLarge(pointer="/file", limit=self._limits.size)
        if not self._is_known:
            self._head += piece[: HEAD - len(self._head)]
            if len(self._head) == HEAD:
                self._look()
        self._hash.update(piece)
        if self._incoming is not None:
            await self._incoming.write(piece)

    def _look(self) -> None:
        self._is_known = True
        extension = extension_of(self._filename)
        if not TYPES[extension].begins(self._head):
            raise NotWhatItIsCalled(pointer="/file", extension=extension)

    async def end(self) -> Received:
        """All of it has come."""
        if self._incoming is None:
            raise NoForm(pointer="/file", why="a file is missing")
        if self._size == 0:
            raise EmptyFile(pointer="/file")
        if not self._is_known:
            self._look()
        visibility = self._stated()
        await self._incoming.keep()
        media_type = TYPES[extension_of(self._filename)].media_type
        return Received(self._id, self._filename, media_type, self._size, self._hash.hexdigest(), visibility)

    def _stated(self) -> Visibility:
        try:
            return Visibility(self._visibility.decode()) if "visibility" in self._seen else Visibility.PUBLIC
        except ValueError:
            raise NoForm(pointer="/visibility", why="it is public or internal") from None

    async def drop(self) -> None:
        """It is not wanted."""
        if self._incoming is not None:
            await self._incoming.drop()
