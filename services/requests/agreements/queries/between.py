"""Lists of what two departments settled beside their agreements: whose is asked for, in conditions of a statement."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped


@dataclass(frozen=True, slots=True)
class Between:
    """Which a list asks for; None: whichever. `visible`: the departments that the reader sees.

    `since` and `before` are the ends of a half-open period, of what its own query says.
    """

    department_id: UUID | None = None
    customer_department_id: UUID | None = None
    provider_department_id: UUID | None = None
    since: datetime | None = None
    before: datetime | None = None
    visible: Collection[UUID] | None = None

    def seen_by(self, departments: Collection[UUID]) -> "Between":
        """The same for a reader who sees what these departments settled."""
        return replace(self, visible=departments)

    def conditions(self, customer: Mapped[UUID], provider: Mapped[UUID]) -> Iterator[ColumnElement[bool]]:
        """The conditions on the two departments of a row."""
        if self.department_id is not None:
            yield or_(customer == self.department_id, provider == self.department_id)
        if self.customer_department_id is not None:
            yield customer == self.customer_department_id
        if self.provider_department_id is not None:
            yield provider == self.provider_department_id
        if self.visible is not None:
            yield or_(customer.in_(list(self.visible)), provider.in_(list(self.visible)))

    def holds(self, instant: Mapped[datetime] | Mapped[datetime | None]) -> ColumnElement[bool]:
        """The condition that this instant lies in the period."""
        ends = []
        if self.since is not None:
            ends.append(instant >= self.since)
        if self.before is not None:
            ends.append(instant < self.before)
        return and_(instant.is_not(None), *ends)
