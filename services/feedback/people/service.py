"""Use cases of person copies."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.inbound import PersonTold
from services.feedback.people.queries import store_person
from services.feedback.people.rules import Person
from services.shared.inbox import EventMeta


async def take_in_person(session: AsyncSession, told: PersonTold, _: EventMeta) -> None:
    """The effect of identity's events: the highest version stays, whatever order they arrive in."""
    departments = frozenset(each.department_id for each in told.memberships)
    await store_person(session, Person(told.person_id, told.is_active, told.version, departments))
