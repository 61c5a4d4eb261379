"""What ids in a pack are called: offerings from here; departments and people from identity, with the reader's token.

Names are nobody's copy here (identity holds them): they are asked for each pack and kept nowhere. Where identity does
not answer, or does not tell this reader, the pack goes without.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from services.requests.departments.service import Identity, IdentitySilent

log = logging.getLogger(__name__)

AT_ONCE = 100
"""People that identity tells of in one answer."""
MOST = 500
_PEOPLE = frozenset(
    {"person_id", "proposed_by", "decided_by", "opened_by", "asked_by", "actor_id", "withdrawn_by", "created_by"}
)
"""The fields of a pack that hold a person's id."""


class _Named(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID
    name: str


class _Person(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID
    display_name: str


class _People(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Person]


def people_in(told: Any) -> Iterator[UUID]:
    """Whoever is named in a pack or part of one, as often as they are."""
    if isinstance(told, Mapping):
        for name, value in told.items():
            if name in _PEOPLE and value is not None:
                yield value
            else:
                yield from people_in(value)
    elif isinstance(told, Sequence) and not isinstance(told, str):
        for each in told:
            yield from people_in(each)


async def names_of_departments(identity: Identity, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these are called, as far as identity tells."""
    found: dict[UUID, str] = {}
    try:
        for department_id in ids:
            content = await identity.read(f"/v1/departments/{department_id}")
            if content is not None:
                found[department_id] = _Named.model_validate_json(content).name
    except (IdentitySilent, ValidationError) as error:
        log.info("a pack goes without names of departments: %r", error)
    return found


async def names_of_people(identity: Identity, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these are called, as far as identity tells; of more than 500 the first."""
    found: dict[UUID, str] = {}
    try:
        for start in range(0, min(len(ids), MOST), AT_ONCE):
            query = [("id", each) for each in ids[start : start + AT_ONCE]]
            content = await identity.read(f"/v1/people?{urlencode([*query, ('limit', AT_ONCE)])}")
            if content is not None:
                found |= {each.id: each.display_name for each in _People.model_validate_json(content).items}
    except (IdentitySilent, ValidationError) as error:
        log.info("a pack goes without names of people: %r", error)
    return found
