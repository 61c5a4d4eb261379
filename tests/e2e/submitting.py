"""Clients that go on submitting tickets whatever dies meanwhile, and write down every answer."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.running import Running

TRY_AGAIN = {429, 502, 503, 504}
STILL_RUNNING = "idempotency_key_running"
PATIENT, IMPATIENT = httpx.Timeout(5.0), httpx.Timeout(5.0, read=0.004)
AFTER_FAILURE = 0.1


@dataclass
class Tally:
    """What all submitters saw.

    `acknowledged` are ticket ids by Idempotency-Key, which is the ticket's subject too. `failures` counts what led to
    another try with the same key; `wrong` holds every answer that should not have been given.
    """

    tries: int = 0
    keys: int = 0
    repeats: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    last_success: float = 0.0
    """When the latest try began (monotonic seconds) that was acknowledged."""


@dataclass
class Submitter:
    """One client with a token of its own, who asks each offering in turn for its department."""

    running: Running
    token: str
    customer: str
    offerings: list[str]
    tally: Tally
    chance: random.Random
    pause: float
    """Seconds between two tickets."""

    async def run(self, stop: asyncio.Event) -> None:
        """Submit until told to stop; the ticket under way is brought to its end."""
        async with self.running.client(self.token) as client:
            while not stop.is_set():
                await self._submit_one(client)
                await asyncio.sleep(self.chance.uniform(0.5, 1.5) * self.pause)

    async def _submit_one(self, client: httpx.AsyncClient) -> None:
        key = uuid4().hex
        new = {
            "subject": key,
            "offering_id": self.offerings[self.tally.keys % len(self.offerings)],
            "customer_department_id": self.customer,
        }
        self.tally.keys += 1
        leaves_early = self.chance.random() < 0.1
        self.tally.acknowledged[key] = await self._until_acknowledged(client, new, leaves_early=leaves_early)
        if self.chance.random() < 0.1:
            self.tally.repeats += 1
            again = await self._until_acknowledged(client, new, leaves_early=False)
            if again != self.tally.acknowledged[key]:
                self.tally.wrong.append(f"{key} is {self.tally.acknowledged[key]} and {again}")

    async def _until_acknowledged(self, client: httpx.AsyncClient, new: dict[str, Any], *, leaves_early: bool) -> str:
        while True:
            self.tally.tries += 1
            began = time.monotonic()
            ticket_id = await self._try(client, new, IMPATIENT if leaves_early else PATIENT)
            if ticket_id is not None:
                self.tally.last_success = max(self.tally.last_success, began)
                return ticket_id
            leaves_early = False
            await asyncio.sleep(AFTER_FAILURE)

    async def _try(self, client: httpx.AsyncClient, new: dict[str, Any], patience: httpx.Timeout) -> str | None:
        headers = {"Idempotency-Key": new["subject"]}
        try:
            answer = await client.post("/v1/tickets", json=new, headers=headers, timeout=patience)
        except httpx.TransportError as error:
            self.tally.failures[type(error).__name__] += 1
            return None
        if answer.status_code == httpx.codes.CREATED:
            return str(answer.json()["id"])
        code = answer.json()["code"]
        self.tally.failures[f"{answer.status_code} {code}"] += 1
        if answer.status_code not in TRY_AGAIN and code != STILL_RUNNING:
            self.tally.wrong.append(f"{answer.status_code} {answer.text}")
        return None
