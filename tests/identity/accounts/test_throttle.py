"""Guessing is slowed per address and account; nobody is locked out by somebody else."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from services.identity.accounts.service.passwords import LONGEST_QUEUE, Passwords
from services.identity.accounts.service.throttle import SignInThrottle, TooManySignIns
from services.shared.problems import Unavailable
from tests.identity.organisation import PASSWORD, Organisation, now


async def _try(client: httpx.AsyncClient, email: str, password: str, address: str = "192.0.2.1") -> httpx.Response:
    headers = {"X-Forwarded-For": address}
    return await client.post("/v1/sessions", json={"email": email, "password": password}, headers=headers)


async def test_after_five_failures_a_guesser_waits_and_the_owner_does_not(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    person = await organisation.person(password=PASSWORD)
    for _ in range(5):
        assert (await _try(client, person.email, "wrong")).status_code == 401
    delayed = await _try(client, person.email.upper(), PASSWORD)
    assert (delayed.status_code, delayed.json()["code"]) == (429, "too_many_sign_ins")
    assert int(delayed.headers["retry-after"]) == 1
    assert (await _try(client, person.email, PASSWORD, "192.0.2.2")).status_code == 201


async def test_unknown_accounts_answer_alike(client: httpx.AsyncClient, organisation: Organisation) -> None:
    person = await organisation.person(password=PASSWORD)
    answers = []
    for email in (person.email, "nobody@example.org", (await organisation.person()).email):
        tries = [await _try(client, email, "wrong") for _ in range(6)]
        answers.append([(each.status_code, each.json()["code"], each.json()["detail"]) for each in tries])
    assert answers[0] == answers[1] == answers[2]


async def test_an_unknown_account_costs_a_hash_too(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    passwords: Passwords = app.state.passwords
    verify = passwords._verify

    def counted(password_hash: str, password: str) -> bool:
        checked.append(password)
        return verify(password_hash, password)

    monkeypatch.setattr(passwords, "_verify", counted)
    assert await passwords.is_right(None, PASSWORD) is False
    assert await passwords.is_right(None, "nobody has this password") is False
    assert len(checked) == 2


async def test_tries_at_once_are_no_way_around_the_delay() -> None:
    throttle, at = SignInThrottle(), now()

    async def fail() -> bool:
        try:
            async with throttle.turn("a", "b", now=at):
                await asyncio.sleep(0)
                throttle.note("a", "b", succeeded=False, now=at)
        except TooManySignIns:
            return False
        return True

    assert sum(await asyncio.gather(*(fail() for _ in range(50)))) == 5
    async with throttle.turn("a", "b", now=at + timedelta(seconds=1)):
        throttle.note("a", "b", succeeded=True, now=at)
    async with throttle.turn("a", "b", now=at):
        pass


async def test_a_long_queue_of_hashes_is_refused() -> None:
    passwords = Passwords(time=1, memory=8_192, concurrency=1)
    results = await asyncio.gather(
        *(passwords.is_right(None, "x") for _ in range(LONGEST_QUEUE + 20)), return_exceptions=True
    )
    assert 0 < sum(isinstance(result, Unavailable) for result in results) <= 20
    passwords.close()


async def test_hashes_are_renewed_with_todays_parameters(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    person = await organisation.person(password=PASSWORD)
    app.state.passwords.close()
    app.state.passwords = Passwords(time=2, memory=8, concurrency=1)
    assert [(await _try(client, person.email, PASSWORD)).status_code for _ in range(2)] == [201, 201]
