"""Knowing a department: from the copy, else by asking identity once, so that "department, then ticket" is no race."""

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
            answer = await self._client.get(f"/v1/departments/{department_id}", headers=self._headers)
            if answer.status_code in (403, 404):
                return None
            return Department(**_Answer.model_validate_json(answer.raise_for_status().content).model_dump())
        except (httpx.HTTPError, ValidationError) as error:
            raise DepartmentsUnavailable(department_id=department_id) from error


def identity_client(identity_url: str, timeout: float) -> httpx.AsyncClient:
    """The client that `Identity` asks with; `timeout` in seconds bounds each question. Its maker closes it."""
    return httpx.AsyncClient(base_url=identity_url, timeout=timeout, trust_env=False)


async def require_department(
    fetch: Fetch, identity: Identity, department_id: UUID, *, pointer: str | None = None
) -> Department:
    """The department; what is not known here is asked of identity once and kept.

    UnknownDepartment with `pointer`, DepartmentsUnavailable.
    """
    known = await find_departments(fetch, [department_id])
    if department_id in known:
        return known[department_id]
    found = await identity.department(department_id)
    if found is None:
        raise UnknownDepartment(pointer=pointer, department_id=department_id)
    await store_departments(fetch, [found, *await _unknown_above(fetch, identity, found)])
    return found


async def _unknown_above(fetch: Fetch, identity: Identity, found: Department) -> list[Department]:
    """The ancestors that are not known here either: a calendar may come from any of them."""
    above: dict[UUID, Department] = {}
    next_id = found.parent_id
    while next_id is not None and next_id not in {found.id, *above} and len(above) < DEEPEST:
        known = await find_departments(fetch, [next_id])
        parent = None if known else await identity.department(next_id)
        if parent is None:
            break
        above[parent.id] = parent
        next_id = parent.parent_id
    return list(above.values())


async def take_in_department(fetch: Fetch, department: Department) -> None:
    """The effect of identity's events: the highest version stays, whatever order they arrive in."""
    await store_departments(fetch, [department])
