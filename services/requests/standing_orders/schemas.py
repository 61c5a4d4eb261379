"""The shapes of standing orders."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.requests.standing_orders.rules import CatchUp, Every, RunOutcome
from services.requests.tickets.schemas import Fields, NewTicket, Participants, Priority, Text, absent
from services.requests.worktime.definition import Weekday
from services.shared.schemas import Date, FreeObject, Id, InContract, Input, Lax, Output, ShortText

LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class OrderSchedule(Input):
    """When, in local time of the customer's calendar. What a week, a month or working days need, and nothing more."""

    every: Annotated[Every, Lax]
    at: LocalTime = Field(examples=["08:00"])
    starts_on: Date
    ends_on: Date | None = Field(default=None, description="the last possible date")
    weekdays: Annotated[list[Annotated[Weekday, Lax]], Field(min_length=1, max_length=7)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = Field(
        default=None, description="of the month; in a shorter one its last"
    )
    n: Annotated[int, Field(ge=1, le=250)] | None = Field(default=None, description="every n-th working day")


class OrderRequest(Input):
    """What is asked each time, as in a new ticket; `needed_within_days` after the instant, by local dates."""

    subject: ShortText
    offering_id: Id
    description: Text = ""
    beneficiary_id: Id | None = None
    participants: Participants = []
    priority: Annotated[Priority, Lax] = Priority.NORMAL
    needed_within_days: Annotated[int, Field(ge=0, le=366)] | None = None
    fields: Fields = {}

    def ticket(self, customer_department_id: UUID, on: date) -> NewTicket:
        """The new ticket of an instant on that date."""
        days = self.needed_within_days
        needed_by = None if days is None else date.fromordinal(on.toordinal() + days)
        given = {name: getattr(self, name) for name in self.model_fields_set - {"needed_within_days"}}
        return NewTicket(**given, customer_department_id=customer_department_id, needed_by=needed_by)


class NewStandingOrder(Input):
    """A request on a schedule. `customer_department_id` may be left out by who belongs to exactly one department."""

    name: ShortText
    schedule: OrderSchedule
    request: OrderRequest
    customer_department_id: Id | None = None
    catch_up: Annotated[CatchUp, Lax] = Field(
        default=CatchUp.NONE, description="of instants missed while the platform was down: none, or the last one"
    )


class StandingOrderChanges(Input):
    """What changes; a field that is left out stays. Whoever changes what it says takes it over in their own name."""

    name: ShortText = Field(default_factory=absent)
    schedule: OrderSchedule = Field(default_factory=absent)
    request: OrderRequest = Field(default_factory=absent)
    catch_up: Annotated[CatchUp, Lax] = Field(default_factory=absent)
    is_paused: bool = Field(default_factory=absent)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as an order's content keeps them."""
        return self.model_dump(mode="json", include=set(self.model_fields_set))


class StandingOrderPublic(Output):
    """A standing order as it is now. `owner_id`: in whose name it asks; `next_at`: null while paused, or over."""

    id: UUID
    name: str
    customer_department_id: UUID
    owner_id: UUID
    schedule: OrderSchedule
    request: OrderRequest
    catch_up: CatchUp
    is_paused: bool
    next_at: datetime | None
    ended_at: datetime | None
    number: int = Field(description="of what it says")
    version: int
    created_at: datetime


class RunPublic(Output):
    """What came of one instant. `problem` (`code`, `detail` by language, `errors`) says why it was refused."""

    due_at: datetime
    number: int
    outcome: RunOutcome
    ticket_id: UUID | None
    problem: Annotated[dict[str, Any], InContract(FreeObject)] | None
    ran_at: datetime


class OrderVersionPublic(Output):
    """What an order said from then on, and who said it."""

    number: int
    name: str
    schedule: OrderSchedule
    request: OrderRequest
    catch_up: CatchUp
    created_by: UUID
    created_at: datetime
