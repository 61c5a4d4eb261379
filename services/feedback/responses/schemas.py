"""Responses and scores as callers send and get them."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from services.feedback.invitations.rules.asking import NotAskedBecause
from services.feedback.surveys.rules import HIGHEST, LONGEST_COMMENT, LOWEST
from services.shared.schemas import NO_NUL, Id, Input, Instant, Output

Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_COMMENT, pattern=NO_NUL)]


def _whole(value: object) -> object:
    """JSON has one kind of number: 5.0 is 5.

    >>> _whole(5.0), _whole(4.5), _whole("5")
    (5, 4.5, '5')
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


Score = Annotated[
    int, Field(ge=LOWEST, le=HIGHEST, description="1 very dissatisfied … 5 very satisfied"), BeforeValidator(_whole)
]


class NewResponse(Input):
    """Your answer to an invitation of yours; sent again within twelve hours, it takes the place of the first."""

    invitation_id: Id
    score: Score
    comment: Comment | None = None


class ResponsePublic(Output):
    """What somebody answered. It is attributed: it says who."""

    id: UUID
    invitation_id: UUID
    ticket_id: UUID
    cycle: int
    customer_department_id: UUID
    provider_department_id: UUID
    person_id: UUID
    score: Score
    comment: str | None
    answered_at: Instant
    changed_at: Instant
    version: int


class NotAskedPublic(Output):
    """How many people were not asked, and why."""

    reason: NotAskedBecause
    people: Annotated[int, Field(ge=1)]


class FulfilmentScore(Output):
    """A fulfilment as it was when it was told, and what people said about it: later changes never move it."""

    ticket_id: UUID
    cycle: int
    ticket_key: str
    customer_department_id: UUID
    provider_department_id: UUID
    offering_id: UUID
    agreement_version_id: UUID | None
    fulfilled_at: Instant
    score: Annotated[int | None, Field(ge=LOWEST, le=HIGHEST, description="the latest answer; null without one")]
    asked: Annotated[int, Field(ge=0, description="people")]
    answered: Annotated[int, Field(ge=0, description="people")]
    not_asked: list[NotAskedPublic]
