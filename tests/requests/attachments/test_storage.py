"""A folder and a bucket keep the same promises: whole files or none, found by id, and swept when nothing names them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.requests.attachments.bucket import PART, BucketStorage
from services.requests.attachments.folder import FolderStorage
from services.requests.attachments.receiving import limits_of
from services.requests.attachments.refusals import StorageAway
from services.requests.attachments.storage import Storage, storage_of
from services.requests.attachments.sweeping import AGE, sweep
from services.requests.settings import RequestsSettings
from tests.requests.attachments.attaching import attached
from tests.requests.tickets.desk import Desk

CONTENT = b"ab" * PART  # two parts of a bucket's
LATER = timedelta(minutes=5)


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    if request.param == "folder":
        yield FolderStorage(tmp_path / "files")
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    origin = request.getfixturevalue("s3_server")
    yield BucketStorage("files", endpoint=origin)


async def kept(storage: Storage, content: bytes = CONTENT) -> UUID:
    file_id = uuid7()
    incoming = await storage.begin(file_id)
    for start in range(0, len(content), 1_000_000):
        await incoming.write(content[start : start + 1_000_000])
    await incoming.keep()
    return file_id


async def content_of(storage: Storage, file_id: UUID) -> bytes:
    return b"".join([piece async for piece in await storage.read(file_id)])


async def older(storage: Storage, instant: datetime) -> set[UUID]:
    return {each async for some in storage.older_than(instant) for each in some}


async def test_what_is_kept_is_read_until_it_is_removed(storage: Storage) -> None:
    one, other = await kept(storage), await kept(storage, b"small")
    assert await content_of(storage, one) == CONTENT
    await storage.remove(one)
    await storage.remove(one)
    with pytest.raises(FileNotFoundError):
        await storage.read(one)
    assert await content_of(storage, other) == b"small"


async def test_what_is_not_whole_is_not_there(storage: Storage) -> None:
    dropped, begun = uuid7(), uuid7()
    incoming = {file_id: await storage.begin(file_id) for file_id in (dropped, begun)}
    for each in incoming.values():
        await each.write(CONTENT)
    await incoming[dropped].drop()
    now = datetime.now(UTC)
    for file_id in (dropped, begun):
        with pytest.raises(FileNotFoundError):
            await storage.read(file_id)
    await incoming[begun].drop()
    assert not await older(storage, now + LATER) & {dropped, begun}


async def test_only_what_is_older_is_listed(storage: Storage) -> None:
    file_id = await kept(storage)
    now = datetime.now(UTC)
    assert file_id not in await older(storage, now - LATER)
    assert file_id in await older(storage, now + LATER)


async def test_what_nothing_names_is_swept_once_it_is_old(storage: Storage, desk: Desk) -> None:
    desk.app.state.attachments = storage
    orphan = await kept(storage)
    ticket = await desk.submit()
    named, removed = [UUID((await attached(desk, ticket)).json()["id"]) for _ in range(2)]
    async with desk.app.state.engine.begin() as connection:  # as if the process ended before it removed the file
        await connection.exec_driver_sql(
            "UPDATE attachment SET removed_at = now(), removed_by = uploaded_by WHERE id = $1", (removed,)
        )
    engine, now = desk.app.state.engine, datetime.now(UTC)
    assert await sweep(engine, storage, now=now) == 0
    assert await sweep(engine, storage, now=now + AGE + LATER) >= 2
    assert not await older(storage, now + LATER) & {orphan, removed}
    assert await content_of(storage, named)
    assert await sweep(engine, storage, now=now + AGE + LATER) == 0


async def test_what_was_left_half_taken_in_goes_too(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    left = await storage.begin(uuid7())
    await left.write(b"half")
    (stray,) = (tmp_path / "incoming").iterdir()
    now = datetime.now(UTC)
    assert await older(storage, now - AGE) == set()
    assert stray.exists()
    long_ago = (now - 2 * AGE).timestamp()
    os.utime(stray, (long_ago, long_ago))
    (tmp_path / "lost+found").mkdir()
    assert await older(storage, now - AGE) == set()
    assert not stray.exists()
    await left.drop()


async def test_a_store_that_is_away_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    away = BucketStorage("files", endpoint="http://127.0.0.1:9")
    with pytest.raises(StorageAway):
        await away.read(uuid7())
    with pytest.raises(StorageAway):
        await kept(away, b"small")


def test_the_library_of_buckets_is_imported_only_for_one(tmp_path: Path) -> None:
    found = (
        "import sys; import services.requests.app as app; from services.requests.settings import RequestsSettings as S;"
        "app.create_app(S(database_url='postgresql://u:p@127.0.0.1/x')); assert 'obstore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", found], check=True)
    settings = RequestsSettings(database_url="postgresql://", attachments_bucket="files", attachments_folder=tmp_path)
    assert isinstance(storage_of(settings), BucketStorage)


def test_types_that_nobody_knows_stop_the_start() -> None:
    some = RequestsSettings(database_url="postgresql://", attachment_types=".PDF, png")
    assert limits_of(some).extensions == {"pdf", "png"}
    with pytest.raises(ValueError, match="exe"):
        limits_of(RequestsSettings(database_url="postgresql://", attachment_types="pdf,exe"))
