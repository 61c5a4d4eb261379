"""The answer page: looking writes nothing, a machine cannot answer, a person can, in their language."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from tests.feedback.asked import DAY, HOUR, Asked, everything, invited, somebody_asked
from tests.feedback.told import a_person, fulfilled_again, reopened
from tests.feedback.world import World

MARK = re.compile(r'name="page" value="([^"]+)"')


async def opened(browser: httpx.AsyncClient, asked: Asked, query: str = "") -> dict[str, str]:
    """What a person who opens the page and ticks the box sends, without a score where none is chosen."""
    page = (await browser.get(f"{asked.path}{query}")).text
    (mark,) = MARK.findall(page)
    chosen = re.findall(r'value="(\d)" required checked', page)
    return {"page": mark, "comment": "", "confirm": "yes", **({"score": chosen[0]} if chosen else {})}


async def answers(world: World) -> list[tuple[Any, ...]]:
    return await world.rows("SELECT score, comment, version FROM response ORDER BY id")


async def time_passes(world: World, asked: Asked, long: str) -> None:
    """Let an answered invitation, its link and its answer be older."""
    async with world.app.state.sessions.begin() as session:
        for table, columns, key in (
            ("invitation", ("answered_at", "expires_at"), "id"),
            ("response", ("answered_at",), "invitation_id"),
        ):
            moved = ", ".join(f"{column} = {column} - interval '{long}'" for column in columns)
            await session.execute(text(f"UPDATE {table} SET {moved} WHERE {key} = '{asked.invitation}'"))


async def test_looking_writes_nothing(world: World) -> None:
    asked = await somebody_asked(world)
    before = await everything(world)
    async with world.browser() as browser:
        for query in (
            "",
            "?score=5",
            "?score=1&lang=es",
            "?score=9&lang=fr&utm_source=mail&%00=%00",
            "?score=5&score=1",
        ):
            answer = await browser.get(f"{asked.path}{query}")
            assert answer.status_code == 200
        assert (await browser.head(asked.path)).status_code == 405  # the gateway makes a GET of it
    assert await everything(world) == before


async def test_a_score_in_the_link_is_chosen_and_nothing_more(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        page = (await browser.get(f"{asked.path}?score=4")).text
        assert re.findall(r'value="(\d)" required checked', page) == ["4"]
        assert 'type="checkbox" name="confirm" value="yes" required>' in page
        assert re.findall(r"checked", (await browser.get(asked.path)).text) == []


async def test_who_sees_it_is_told_before_the_first_question(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        page = (await browser.get(asked.path)).text
    assert 0 < page.index("not anonymous") < page.index("<form")
    assert "administrators and listeners" in page
    assert "IT-1042 · A computer" in page


async def test_a_confidential_ticket_is_named_by_its_key_alone(world: World) -> None:
    asked = await somebody_asked(world, is_confidential=True, offering_name="A lawyer")
    async with world.browser() as browser:
        page = (await browser.get(asked.path)).text
    assert "IT-1042" in page
    assert "lawyer" not in page


async def test_no_script_nothing_from_elsewhere_nothing_kept(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        answer = await browser.get(asked.path)
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy.pop("style-src").startswith("'sha256-")
    assert policy == dict.fromkeys(("default-src", "base-uri", "frame-ancestors"), "'none'") | {"form-action": "'self'"}
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert not re.search(r"<script|https?://|src=|onclick|style=", answer.text)


async def test_what_is_told_elsewhere_is_text_here(world: World) -> None:
    asked = await somebody_asked(world, offering_name='<script>alert("1")</script>')
    async with world.browser() as browser:
        form = await opened(browser, asked) | {"score": "2", "comment": "</textarea><b>no</b>"}
        answered = await browser.post(asked.path, data=form)
        again = await browser.get(asked.path)
    assert "<script" not in answered.text + again.text
    assert "&lt;/textarea&gt;&lt;b&gt;no" in again.text


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [
        ("es-MX, en;q=0.5", "", "es"),
        ("fr", "", "en"),
        ("es", "?lang=en", "en"),
        ("", "?lang=es&score=3", "es"),
    ],
)
async def test_it_speaks_the_readers_language(world: World, header: str, query: str, language: str) -> None:
    asked = await somebody_asked(world)
    async with world.browser(**{"Accept-Language": header}) as browser:
        answer = await browser.get(f"{asked.path}{query}")
        assert (answer.headers["content-language"], f'<html lang="{language}">' in answer.text) == (language, True)
        assert ("¿Cómo ha ido?" in answer.text) == (language == "es")
        form = await opened(browser, asked) | {"score": "5"}
        thanks = await browser.post(f"{asked.path}{query}", data=form)
    assert ("Gracias" in thanks.text) == (language == "es")


async def test_a_person_answers_and_sees_what_was_saved(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        answer = await browser.post(
            asked.path, data=await opened(browser, asked, "?score=5") | {"comment": " Gracias ☀ "}
        )
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "5 – very satisfied" in answer.text
    assert await answers(world) == [(5, "Gracias ☀", 1)]


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({"page": None}, "open for too long"),
        ({"page": "made-up"}, "open for too long"),
        ({"score": None}, "choose one"),
        ({"score": "6"}, "choose one"),
        ({"confirm": None}, "tick the box"),
        ({"confirm": "on"}, "tick the box"),
        ({"comment": "x" * 2001}, "2000"),
    ],
)
async def test_what_is_not_a_whole_answer_is_asked_for_again(
    world: World, missing: dict[str, str | None], told: str
) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        form = await opened(browser, asked) | {"score": "4", "comment": "kept & shown"} | missing
        before = await everything(world)
        answer = await browser.post(asked.path, data={name: text for name, text in form.items() if text is not None})
    assert answer.status_code == 409
    assert told in answer.text
    assert 'role="alert"' in answer.text
    assert ("kept &amp; shown" in answer.text) == ("comment" not in missing)
    assert ('value="4" required checked' in answer.text) == ("score" not in missing)
    assert await everything(world) == before


async def test_a_scanner_that_posts_what_it_finds_answers_nothing(world: World) -> None:
    asked, other = await somebody_asked(world), await somebody_asked(world)
    before = await everything(world)
    async with world.browser() as browser:
        theirs = await opened(browser, other, "?score=1")
        defaults = await opened(browser, asked, "?score=5")
        del defaults["confirm"]  # an unticked box is not sent
        attempts: list[dict[str, Any]] = [
            {},
            {"content": b"score=5&confirm=yes"},
            {"json": {"score": 5, "confirm": "yes"}},
            {"data": defaults},
            {"data": defaults | {"score": ["1", "2", "3", "4", "5"], "confirm": "yes"}},
            {"data": theirs},
            {"content": b"\xff\x00=&&;" * 50},
            {"content": "&".join(f"f{n}=1" for n in range(99)).encode()},
        ]
        for attempt in attempts:
            headers = {} if "json" in attempt else {"Content-Type": "application/x-www-form-urlencoded"}
            assert (await browser.post(f"{asked.path}?score=5", headers=headers, **attempt)).status_code == 409
        assert (await browser.post(asked.path, content=b"x" * 40_000)).status_code == 413
        for method in ("PUT", "PATCH", "DELETE"):
            assert (await browser.request(method, asked.path)).status_code == 405
    assert await everything(world) == before


async def test_a_double_click_and_a_repeat_are_one_answer(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        form = await opened(browser, asked, "?score=3")
        sent = await asyncio.gather(*(browser.post(asked.path, data=form) for _ in range(5)))
        assert {answer.status_code for answer in sent} == {200}
        assert (await browser.post(asked.path, data=form)).status_code == 200
    assert await answers(world) == [(3, None, 1)]
    assert await world.rows("SELECT count(*) FROM outbox WHERE subject LIKE '%response.given%'") == [(1,)]
    assert await world.rows("SELECT answered, scored, score_sum FROM interaction") == [(1, 1, 3)]


async def test_the_same_link_changes_the_answer_for_twelve_hours(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        await browser.post(asked.path, data=await opened(browser, asked, "?score=1") | {"comment": "late"})
        shown = await browser.get(asked.path)
        assert "You answered on" in shown.text
        assert 'value="1" required checked' in shown.text
        assert ">\nlate</textarea>" in shown.text
        assert (await browser.post(asked.path, data=await opened(browser, asked, "?score=4"))).status_code == 200
        assert await answers(world) == [(4, None, 2)]
        await time_passes(world, asked, "12 hours")
        for answer in (await browser.get(asked.path), await browser.post(asked.path, data={"score": "5"})):
            assert answer.status_code == 409
            assert "was answered on" in answer.text
    assert await answers(world) == [(4, None, 2)]


async def test_an_answer_may_be_changed_after_the_links_end(world: World) -> None:
    asked = await somebody_asked(world, ago=14 * DAY - HOUR)
    async with world.browser() as browser:
        await browser.post(asked.path, data=await opened(browser, asked, "?score=2"))
        await time_passes(world, asked, "2 hours")
        assert (await browser.post(asked.path, data=await opened(browser, asked, "?score=3"))).status_code == 200
    assert await answers(world) == [(3, None, 2)]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_links_that_are_no_good_say_why(world: World, method: str) -> None:
    expired, withdrawn, moved = [await somebody_asked(world, ago=ago) for ago in (14 * DAY, DAY, DAY)]
    await world.take_in(
        reopened(withdrawn.fulfilled, datetime.now(UTC)), a_person(moved.person, moved.provider, version=2)
    )
    unknown = f"/answers/{world.links.token(uuid4(), datetime.now(UTC) + DAY)}"
    cases = {
        expired.path: (410, "time to answer ended"),
        withdrawn.path: (410, "withdrawn"),
        moved.path: (409, "nobody rates their own department"),
        expired.path[:-1] + "~": (404, "cut off"),
        "/answers/x": (404, "cut off"),
        "/answers/%00": (404, "cut off"),
        unknown: (404, "cut off"),
    }
    before = await everything(world)
    async with world.browser() as browser:
        for path, (status, told) in cases.items():
            answer = await browser.request(method, path)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
            assert told in answer.text
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            problem = await browser.request(method, path, headers={"Accept": "application/json"})
            assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")
    assert await everything(world) == before


async def test_after_a_reopening_each_cycle_has_its_own_link(world: World) -> None:
    first = await somebody_asked(world, ago=8 * DAY)
    again = fulfilled_again(first.fulfilled, datetime.now(UTC), cycle=2)
    await world.take_in(reopened(first.fulfilled, datetime.now(UTC)), again)
    second = await invited(world, first.person, again)
    async with world.browser() as browser:
        assert (await browser.get(first.path)).status_code == 410
        assert (await browser.post(second.path, data=await opened(browser, second, "?score=4"))).status_code == 200
    assert await world.rows("SELECT cycle, score FROM response") == [(2, 4)]
