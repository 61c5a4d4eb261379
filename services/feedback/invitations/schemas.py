"""Invitations and the budget of requests as callers get them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.feedback.invitations.rules.standing import Standing
from services.shared.schemas import Instant, Output, Seconds


class InvitationPublic(Output):
    """An invitation to say how a fulfilment was for the person invited."""

    id: UUID
    survey: Annotated[str, Field(examples=["csat"])]
    survey_version: int
    ticket_id: UUID
    cycle: Annotated[int, Field(ge=1, description="1 at first, one more with each reopening of the ticket")]
    ticket_key: Annotated[str, Field(examples=["IT-1042"])]
    customer_department_id: UUID
    provider_department_id: UUID
    offering_id: UUID
    state: Standing
    issued_at: Instant
    expires_at: Instant
    answered_at: Instant | None
    editable_until: Annotated[Instant | None, Field(description="null until it is answered")]


class InvitationWithLink(InvitationPublic):
    """An invitation and its link."""

    link: Annotated[
        str | None,
        Field(
            description="the page to answer on, good without signing in; add `?score=1` to `5` to choose beforehand, "
            "`?lang=en` or `es` for the language. Null where no answer is taken any more"
        ),
    ]


class LimitPublic(Output):
    """At most `most` requests within a time, and how many of them you have had."""

    most: int
    within_seconds: Seconds
    used: Annotated[int, Field(ge=0)]


class BudgetPublic(Output):
    """How often you are asked at most, over all surveys."""

    is_open: Annotated[bool, Field(description="whether a request may reach you now")]
    opens_at: Annotated[Instant | None, Field(description="when the next one may; null where it may now")]
    limits: list[LimitPublic]
