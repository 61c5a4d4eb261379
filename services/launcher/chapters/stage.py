"""What a story may ask of a stage: to move time and to let people act, on whatever runs behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens: local time in Madrid where weeks pass, seconds from the beginning where it is live."""

    weeks: str
    live: float


@dataclass(frozen=True, slots=True)
class Promise:
    """How much is promised: in working time over weeks, in seconds live."""

    weeks: str
    live: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement, and which of its versions was spoken of last."""

    id: UUID
    version: int


class Stage(Protocol):
    """Where a story is played. People are named as in `organisation.py`, departments by their codes there."""

    async def at(self, moment: Moment) -> None:
        """Time goes on until then; everything that falls due on the way happens."""

    def day(self, moment: Moment) -> str:
        """The local date of a moment: for what is dated by days (an agreement's beginning)."""

    def instant(self, moment: Moment) -> str:
        """A moment as the API takes it: a date over weeks, an instant live."""

    def amount(self, promise: Promise) -> str:
        """A promise as the API takes it."""

    async def department(self, code: str) -> UUID:
        """The department that plays this part."""

    async def calendar(self, code: str) -> UUID:
        """The calendar by which a department works."""

    async def publish(self, manager: str, offering: Mapping[str, Any]) -> UUID:
        """A department's manager publishes an offering; the body of `POST /v1/offerings`."""

    async def propose(self, person: str, content: Mapping[str, Any], counters: Agreed | None = None) -> Agreed:
        """Somebody proposes an agreement, or answers one with another version of it."""

    async def sign(self, person: str, agreed: Agreed) -> None:
        """Somebody signs for their department."""

    async def submit(self, person: str, ticket: Mapping[str, Any]) -> UUID:
        """Somebody asks for something; the body of `POST /v1/tickets`."""

    async def stand(self, person: str, order: Mapping[str, Any]) -> UUID:
        """Somebody asks for something again and again; the body of `POST /v1/standing-orders`."""

    async def ordered(self, standing: UUID) -> UUID:
        """The ticket that came of such an order last."""

    async def move(self, person: str, ticket_id: UUID, to: str, **said: Any) -> None:
        """Somebody takes a ticket to another state."""

    async def comment(self, person: str, ticket_id: UUID, body: str) -> None:
        """Somebody writes on a ticket, in public."""

    async def rate(self, person: str, ticket_id: UUID, score: int, comment: str | None = None) -> None:
        """Whoever asked says by the link that they got how it was."""
