"""Files on tickets: what is taken, who sees it, how it is given out, and what stays of one that was removed."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.requests.attachments.receiving import Limits
from services.requests.attachments.rules import TYPES
from services.shared.db import hot_transaction
from tests.requests.attachments.attaching import PDF, PNG, attached, told
from tests.requests.tickets.desk import Desk, Headers


async def files_of(desk: Desk) -> list[str]:
    """The files that the storage keeps or has begun."""
    folder = desk.app.state.settings.attachments_folder
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def listed(desk: Desk, ticket: dict[str, Any], headers: Headers | None = None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.get(ticket, "/attachments", headers or desk.requester))["items"]
    return items


async def test_a_file_comes_back_as_it_was_and_as_nothing_but_a_download(desk: Desk) -> None:
    ticket = await desk.submit()
    answer = await attached(desk, ticket, filename='C:\\fakepath\\Ñandú "1".pdf')
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown == {
        **{name: shown[name] for name in ("id", "created_at")},
        "ticket_id": ticket["id"],
        "filename": 'Ñandú "1".pdf',
        "media_type": "application/pdf",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "visibility": "public",
        "side": "customer",
        "uploaded_by": str(desk.requester_id),
        "removed_by": None,
        "removed_at": None,
        "version": 1,
    }
    path = answer.headers["location"]
    one = await desk.client.get(path, headers=desk.agent)
    assert (one.json(), one.headers["etag"]) == (shown, '"1"')
    assert await listed(desk, ticket, desk.agent) == [shown]
    content = await desk.client.get(f"{path}/content", headers=desk.agent)
    assert (content.status_code, content.content) == (200, PDF)
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-length"] == str(len(PDF))
    assert content.headers["content-disposition"] == (
        "attachment; filename=\"_and_ _1_.pdf\"; filename*=UTF-8''%C3%91and%C3%BA%20%221%22.pdf"
    )
    assert content.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in content.headers["content-security-policy"]
    assert content.headers["cache-control"] == "private, no-store"
    assert await files_of(desk) == [shown["id"].replace("-", "")]


@pytest.mark.parametrize(
    ("filename", "content", "expected"),
    [
        ("page.html", b"<html>", "file_type_not_taken"),
        ("picture.svg", b"<svg onload='x()'>", "file_type_not_taken"),
        ("run.exe", b"MZ", "file_type_not_taken"),
        ("no-extension", PDF, "file_type_not_taken"),
        ("offer.pdf.exe", PDF, "file_type_not_taken"),
        ("offer.pdf\u202efdp.exe", PDF, "file_type_not_taken"),
        ("picture.png", PDF, "file_type_differs"),
        ("offer.pdf", b"<html>", "file_type_differs"),
        ("notes.txt", b"MZ\x00\x01", "file_type_differs"),
        ("offer.pdf", b"", "empty_file"),
    ],
)
async def test_what_is_not_taken_leaves_nothing(desk: Desk, filename: str, content: bytes, expected: str) -> None:
    ticket = await desk.submit()
    assert told(await attached(desk, ticket, content, filename)) == (409, expected, "/file")
    assert await listed(desk, ticket) == []
    assert await files_of(desk) == []


@pytest.mark.parametrize(
    ("filename", "content"), [("A.PNG", PNG), ("notes.md", "Señal".encode()), ("data.csv", b"a;b")]
)
async def test_what_is_taken(desk: Desk, filename: str, content: bytes) -> None:
    answer = await attached(desk, await desk.submit(), content, filename)
    assert answer.status_code == 201, answer.text
    read = await desk.client.get(f"{answer.headers['location']}/content", headers=desk.requester)
    assert read.content == content


async def test_sizes_numbers_and_types_have_limits(desk: Desk) -> None:
    ticket = await desk.submit()
    desk.app.state.attachment_limits = Limits(size=len(PDF), extensions={"pdf"}, on_ticket=2)
    assert (await attached(desk, ticket)).status_code == 201
    too_large = await attached(desk, ticket, PDF + b"!")
    assert told(too_large) == (413, "payload_too_large", "/file")
    assert told(await attached(desk, ticket, PNG, "a.png")) == (409, "file_type_not_taken", "/file")
    second = await attached(desk, ticket)
    assert told(await attached(desk, ticket)) == (409, "too_many_attachments", None)
    assert len(await files_of(desk)) == 2 + 1  # the last one waits for the sweep: its row was refused
    removal = {"If-Match": '"1"'}
    assert (await desk.client.delete(second.headers["location"], headers=desk.requester | removal)).status_code == 204
    assert (await attached(desk, ticket)).status_code == 201
    assert (await attached(desk, await desk.submit())).status_code == 201


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"", ""),
        (b"--x\r\n\r\n", ""),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-', ""),
        (b'--x\r\nContent-Disposition: form-data; name="visibility"\r\n\r\npublic\r\n--x--\r\n', "/file"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n%PDF-\r\n--x--\r\n', "/file"),
        (b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--x--\r\n', "/other"),
        (b'--x\r\nContent-Disposition: form-data; name="visibility"\r\n\r\n' + b"p" * 2000, "/visibility"),
    ],
)
async def test_what_is_no_form_says_where(desk: Desk, content: bytes, pointer: str) -> None:
    path = f"/v1/tickets/{(await desk.submit())['id']}/attachments"
    headers = desk.requester | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await desk.client.post(path, content=content, headers=headers)
    assert told(answer) == (422, "no_form", pointer)
    no_form = await desk.client.post(path, json={"file": "x"}, headers=desk.requester)
    assert told(no_form) == (422, "no_form", "#content-type")
    assert await files_of(desk) == []


async def test_a_visibility_is_one(desk: Desk) -> None:
    ticket = await desk.submit()
    assert told(await attached(desk, ticket, visibility="secret")) == (422, "no_form", "/visibility")
    assert await files_of(desk) == []


async def test_what_is_internal_is_for_who_serves(desk: Desk) -> None:
    ticket = await desk.submit()
    assert told(await attached(desk, ticket, visibility="internal")) == (403, "for_provider_only", "/visibility")
    made = await attached(desk, ticket, headers=desk.agent, visibility="internal")
    assert (made.status_code, made.json()["side"]) == (201, "provider")
    path = made.headers["location"]
    manager = desk.people.one_of(desk.hr.id, "manager")
    auditor = desk.people.headers(scope="tickets:read", roles=["auditor"])
    for headers, status in ((desk.requester, 404), (manager, 404), (desk.agent, 200), (auditor, 200)):
        assert len(await listed(desk, ticket, headers)) == (status == 200)
        for what in ("", "/content"):
            assert (await desk.client.get(f"{path}{what}", headers=headers)).status_code == status
    stranger = await desk.client.get(path, headers=desk.people.one_of(desk.hr.id))
    assert told(stranger) == (404, "unknown_ticket", None)


async def test_a_removed_file_is_gone_and_that_it_was_there_stays(desk: Desk) -> None:
    ticket = await desk.submit()
    made = await attached(desk, ticket)
    path = made.headers["location"]
    refused = await desk.client.delete(path, headers=desk.agent | {"If-Match": "*"})
    assert told(refused) == (403, "not_your_attachment", None)
    assert (await desk.client.delete(path, headers=desk.requester)).status_code == 428
    assert (await desk.client.delete(path, headers=desk.requester | {"If-Match": '"2"'})).status_code == 412
    removed = await desk.client.delete(path, headers=desk.people.admin() | {"If-Match": made.headers["etag"]})
    assert removed.status_code == 204, removed.text
    for what in ("", "/content"):
        assert told(await desk.client.get(f"{path}{what}", headers=desk.agent)) == (410, "attachment_removed", None)
    (trail,) = await listed(desk, ticket, desk.agent)
    assert trail["removed_at"] is not None
    assert (trail["sha256"], trail["version"]) == (hashlib.sha256(PDF).hexdigest(), 2)
    assert await files_of(desk) == []


async def test_a_repeated_key_attaches_once(desk: Desk) -> None:
    ticket = await desk.submit()
    keyed = desk.requester | {"Idempotency-Key": "once"}
    first, again = [await attached(desk, ticket, headers=keyed) for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await listed(desk, ticket)) == len(await files_of(desk)) == 1
    other = await attached(desk, ticket, PNG, "a.png", headers=keyed)
    assert told(other) == (409, "idempotency_key_reused", "#Idempotency-Key")
    assert told(await attached(desk, ticket, headers=desk.requester | {"Idempotency-Key": "x" * 201}))[0] == 400


async def test_nobody_reads_a_body_that_is_not_wanted(desk: Desk) -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            assert read < 50
            yield b"x" * 65_536

    auditor = desk.people.headers(scope="tickets:read tickets:write", roles=["auditor"])
    ticket = await desk.submit()
    for headers, status in ((desk.people.one_of(desk.hr.id), 404), (auditor, 403)):
        path = f"/v1/tickets/{ticket['id']}/attachments"
        form = headers | {"Content-Type": "multipart/form-data; boundary=x"}
        assert (await desk.client.post(path, content=endless(), headers=form)).status_code == status
        assert read <= 1
    unknown = await desk.client.get(f"/v1/tickets/{ticket['id']}/attachments/{uuid4()}", headers=desk.requester)
    assert told(unknown) == (404, "unknown_attachment", None)


async def test_a_lost_file_is_told_and_a_lost_folder_too(desk: Desk) -> None:
    made = await attached(desk, await desk.submit())
    folder = desk.app.state.settings.attachments_folder
    (file,) = [path for path in folder.rglob("*") if path.is_file()]
    file.unlink()
    lost = await desk.client.get(f"{made.headers['location']}/content", headers=desk.requester)
    assert told(lost) == (503, "storage_unavailable", None)
    (folder / "incoming").rmdir()
    (folder / "incoming").write_text("in the way")
    refused: httpx.Response = await attached(desk, await desk.submit())
    assert told(refused) == (503, "storage_unavailable", None)


async def test_rows_of_attachments_are_not_rewritten(desk: Desk) -> None:
    made = await attached(desk, await desk.submit())
    async with hot_transaction(desk.app.state.engine) as connection:
        for statement in ("UPDATE attachment SET filename = 'x'", "DELETE FROM attachment"):
            with pytest.raises(Exception, match="permission denied"):
                async with connection.transaction():
                    await connection.execute(statement)
    assert made.status_code == 201
    assert set(TYPES) >= {"pdf", "png", "docx", "txt"}
