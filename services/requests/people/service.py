"""Knowing a person: from the copy, else by asking identity once, so that "person, then ticket" is no race."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from services.requests.departments.service import Identity, IdentitySilent
from services.requests.people.queries import find_people, store_people
from services.requests.people.rules import Person
from services.shared.idempotency import Fetch
from services.shared.language import Texts
from services.shared.problems import NotFound, Problem, Unavailable


class UnknownPerson(NotFound):
    code = "unknown_person"
    detail = Texts(
        "The person {person_id} does not exist, or you may not see them.",
        "La persona {person_id} no existe, o usted no puede verla.",
    )


class PeopleUnavailable(Unavailable):
    """Not known here, and identity does not answer: neither a yes nor a no."""

    code = "people_unavailable"
    detail = Texts(
        "The person {person_id} is not known here yet, and the identity service does not answer. Try again.",
        "La persona {person_id} aún no se conoce aquí y el servicio de identidad no responde. Reintente.",
    )


PERSON_PROBLEMS: tuple[type[Problem], ...] = (UnknownPerson, PeopleUnavailable)
"""What a route that names a person lists among its problems."""


class _Membership(BaseModel):
    model_config = ConfigDict(extra="ignore")

    department_id: UUID
    role: str


class _Answer(BaseModel):
    """What we read of identity's person."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    customer_type: str
    relation: str
    is_active: bool
    version: int
    memberships: list[_Membership]


PERSON_FIELDS = frozenset(_Answer.model_fields)
"""What identity's answer is expected to hold."""


async def require_people(fetch: Fetch, identity: Identity, wanted: Mapping[UUID, str]) -> dict[UUID, Person]:
    """These people, each with the pointer to the field that names them.

    Who is not known here is asked of identity once and kept. UnknownPerson with the pointer, PeopleUnavailable.
    """
    if not wanted:
        return {}
    known = await find_people(fetch, wanted)
    learned: dict[UUID, Person] = {}
    for person_id, pointer in wanted.items():
        if person_id in known:
            continue
        found = await _ask(identity, person_id)
        if found is None:
            raise UnknownPerson(pointer=pointer, person_id=person_id)
        learned[person_id] = found
    if learned:
        await store_people(fetch, list(learned.values()))
    return known | learned


async def take_in_person(fetch: Fetch, person: Person) -> None:
    """The effect of identity's events: the highest version stays, whatever order they arrive in."""
    await store_people(fetch, [person])


async def _ask(identity: Identity, person_id: UUID) -> Person | None:
    try:
        content = await identity.read(f"/v1/people/{person_id}")
        if content is None:
            return None
        told = _Answer.model_validate_json(content)
    except (IdentitySilent, ValidationError) as error:
        raise PeopleUnavailable(person_id=person_id) from error
    departments = {each.department_id: each.role for each in told.memberships}
    return Person(told.id, told.customer_type, told.relation, told.is_active, told.version, departments)
