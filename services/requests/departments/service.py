"""Knowing a department: from the copy, else by asking identity once, so that "department, then ticket" is no race."""

from collections.abc import Mapping
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.requests.departments.queries import find_departments, store_departments
from services.requests.departments.rules import DEEPEST, Department
from services.shared.idempotency import Fetch
from services.shared.language import Texts
from services.shared.problems import NotFound, Unavailable


class UnknownDepartment(NotFound):
    code = "unknown_department"
    detail = Texts(
        "The department {department_id} does not exist, or you may not see it.",
        "El departamento {department_id} no existe, o usted no puede verlo.",
    )


class DepartmentsUnavailable(Unavailable):
    """Not known here, and identity does not answer: neither a yes nor a no."""

    code = "departments_unavailable"
    detail = Texts(
        "The department {department_id} is not known here yet, and the identity service does not answer. Try again.",
        "El departamento {department_id} aún no se conoce aquí y el servicio de identidad no responde. Reintente.",
    )


class _Answer(BaseModel):
    """What we read of identity's department."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    code: str
    parent_id: UUID | None = None
    time_zone: str
    is_open: bool = True
    version: int = 0  # 0: whatever an event says later is newer


class IdentitySilent(Exception):
    """Identity did not answer, or with an error of its own."""


class Identity:
    """The identity service as one caller may ask it: their token goes along."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    async def department(self, department_id: UUID) -> Department | None:
        """The department, none where identity does not know it or does not show it to the caller.

        DepartmentsUnavailable when it does not answer, or with something else.
        """
        try:
            content = await self.read(f"/v1/departments/{department_id}")
            return None if content is None else Department(**_Answer.model_validate_json(content).model_dump())
        except (IdentitySilent, ValidationError) as error:
            raise DepartmentsUnavailable(department_id=department_id) from error

    async def read(self, path: str) -> bytes | None:
        """What identity answers, none where it is not there or not shown to the caller. IdentitySilent."""
        try:
            answer = await self._client.get(path, headers=self._headers)
            return None if answer.status_code in (403, 404) else answer.raise_for_status().content
        except httpx.HTTPError as error:
            raise IdentitySilent from error


def identity_client(identity_url: str, timeout: float) -> httpx.AsyncClient:
    """The client that `Identity` asks with; `timeout` in seconds bounds each question. Its maker closes it.

    A connection that cannot be made is tried once more.
    """
    transport = httpx.AsyncHTTPTransport(retries=1)
    return httpx.AsyncClient(base_url=identity_url, timeout=timeout, transport=transport, trust_env=False)


async def require_department(
    fetch: Fetch, identity: Identity, department_id: UUID, *, pointer: str | None = None
) -> Department:
    """One department, as `require_departments`."""
    return (await require_departments(fetch, identity, {department_id: pointer}))[department_id]


async def require_departments(
    fetch: Fetch, identity: Identity, wanted: Mapping[UUID, str | None]
) -> dict[UUID, Department]:
    """These departments, each with the pointer to the field that names it.

    What is not known here is asked of identity once and kept. UnknownDepartment with the pointer,
    DepartmentsUnavailable.
    """
    known = await find_departments(fetch, wanted)
    learned: dict[UUID, Department] = {}
    for department_id, pointer in wanted.items():
        if department_id in known or department_id in learned:
            continue
        found = await identity.department(department_id)
        if found is None:
            raise UnknownDepartment(pointer=pointer, department_id=department_id)
        learned[found.id] = found
        await _learn_above(fetch, identity, found, learned)
    if learned:
        await store_departments(fetch, list(learned.values()))
    return known | learned


async def _learn_above(
    fetch: Fetch, identity: Identity, department: Department, learned: dict[UUID, Department]
) -> None:
    """Learn the ancestors that are not known here either: a calendar may come from any of them."""
    next_id = department.parent_id
    while next_id is not None and next_id not in learned and len(learned) < 2 * DEEPEST:
        known = await find_departments(fetch, [next_id])
        parent = None if known else await identity.department(next_id)
        if parent is None:
            return
        learned[parent.id] = parent
        next_id = parent.parent_id


async def take_in_department(fetch: Fetch, department: Department) -> None:
    """The effect of identity's events: the highest version stays, whatever order they arrive in."""
    await store_departments(fetch, [department])
