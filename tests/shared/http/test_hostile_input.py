"""Input that was made to break us: nested without end, cursors written by hand, what nobody thought of."""

import logging
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.shared.paging import BadCursor, PageWanted


@pytest.mark.parametrize("levels", [64, 300, 1_000, 1_023, 50_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
async def test_json_nested_deeply_is_refused_and_said_to_be(
    client: httpx.AsyncClient, levels: int, opening: str, closing: str
) -> None:
    body = f'{{"name": {opening * levels}1{closing * levels}}}'
    answer = await client.post("/v1/things", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("", "json_invalid")


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00", "2026-01-01", "x", 1]
)
def test_a_cursor_with_an_instant_that_no_table_holds_is_refused(written: object) -> None:
    page = PageWanted(50, (written, str(uuid4())), "")
    with pytest.raises(BadCursor):
        page.typed_after(datetime, UUID)


@pytest.mark.parametrize("written", [2**31, -(2**31), 2**80, True, 1.5, "1"])
def test_a_cursor_with_a_number_that_no_table_holds_is_refused(written: object) -> None:
    with pytest.raises(BadCursor):
        PageWanted(50, (written,), "").typed_after(int)


async def test_the_unexpected_is_answered_logged_and_goes_no_further(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Raised on to the server it would close the connection under the next request that comes on it."""

    async def broken(token: str) -> None:
        raise LookupError("nobody thought of this")

    monkeypatch.setattr(app.state.tokens, "verify", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    headers = {"Authorization": "Bearer x"}
    async with httpx.AsyncClient(transport=transport, base_url="http://toy", headers=headers) as made:
        with caplog.at_level(logging.ERROR):
            answer = await made.get("/v1/things")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "LookupError" in caplog.text
    assert "nobody thought" not in answer.text
