"""How a route asks identity about departments on its caller's behalf."""

from typing import Annotated

from fastapi import Depends, Request

from services.requests.departments.service import DepartmentsUnavailable, Identity, UnknownDepartment
from services.shared.auth import authenticate
from services.shared.problems import Problem

DEPARTMENT_PROBLEMS: tuple[type[Problem], ...] = (UnknownDepartment, DepartmentsUnavailable)
"""What a route that names a department lists among its problems."""


async def _identity(request: Request) -> Identity:
    actor = await authenticate(request)
    return Identity(request.app.state.identity, actor.token if actor is not None else "")


AskIdentity = Annotated[Identity, Depends(_identity)]
"""A route's word for "may have to ask identity"; the app holds the client in `state.identity`."""
