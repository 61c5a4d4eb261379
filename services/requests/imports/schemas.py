"""The shapes of imports: the declared mapping, the job, the errors of rows."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.requests.imports.rules.mapping import ISO
from services.requests.tickets.schemas import Priority
from services.requests.timeline.vocabulary import State
from services.shared.schemas import NO_NUL, Id, Input, Lax, Output, ShortText

Column = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
Value = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
Key = Annotated[str, StringConstraints(max_length=200)]
TooMany = Field(max_length=2000, json_schema_extra={"propertyNames": {"maxLength": 200, "pattern": NO_NUL}})


class ColumnsMapping(Input):
    """Which column holds what. `id` is the source's own id of an event; `opened` the opening time of the case.

    No people are made: the first known value of `person` stays in the ticket's fields.
    """

    case: Column
    state: Column
    time: Column
    group: Column | None = None
    priority: Column | None = None
    opened: Column | None = None
    id: Column | None = None
    subject: Column | None = None
    person: Column | None = None


class StateMapping(Input):
    """What a state of the source is here; a wait on a third party may name it."""

    state: Annotated[State, Lax]
    third_party: ShortText | None = None


class ImportMapping(Input):
    """What a log means.

    `format` is csv (UTF-8, a header line) or xes; columns of xes are attribute keys, a trace's with `case:` in front.

    `source` names the other system: a case is known again by it. Times without an offset are local times of
    `time_zone`, read by `time_format` (`iso`, or as strptime reads). `unknown` are the values that say nothing. Every
    ticket is the customer department's, about the one offering, provided by the department of its first known group,
    else by `default_provider_department_id`. `keep` names columns whose first known value stays in the ticket's fields.
    """

    source: ShortText
    format: Literal["csv", "xes"] = "csv"
    columns: ColumnsMapping
    time_zone: ShortText
    time_format: ShortText = ISO
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1, pattern=r"^[,;|\t]$")] = ","
    unknown: Annotated[list[Value], Field(max_length=100)] = []
    states: Annotated[dict[Key, StateMapping], TooMany]
    priorities: Annotated[dict[Key, Annotated[Priority, Lax]], TooMany] = {}
    groups: Annotated[dict[Key, Id], TooMany] = {}
    keep: Annotated[list[Column], Field(max_length=100)] = []
    customer_department_id: Id
    default_provider_department_id: Id
    offering_id: Id


class RowErrorPublic(Output):
    """A row that stayed out. `row` is its line among the file's records, the header being 1."""

    row: int
    column: str | None
    code: str
    message: str


class ImportResult(Output):
    """What an import did, or on a dry run would do."""

    rows_read: int
    rows_refused: int
    tickets_created: int
    tickets_changed: int
    tickets_unchanged: int
    events_added: int


class ImportJobPublic(Output):
    """An import as it stands. `errors` lists the first 1,000 rows that stayed out."""

    id: UUID
    kind: Literal["import"] = "import"
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    is_dry_run: bool
    progress: float
    errors: list[RowErrorPublic]
    result: ImportResult | None
    created_at: datetime
    ended_at: datetime | None
