"""Which reports there are and what each may be asked: read from the routes of the API, so that none is missing here."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from services.requests.reports.api import router
from services.requests.reports.schemas import TicketsAsked

PREFIX = "/v1/reports/"
DEPARTMENT = "_department_id"
METAVARS = {"from": "DAY", "to": "DAY", "time_zone": "ZONE", "offering_id": "ID"}
TOLD = {
    "from": "the first day of the period (YYYY-MM-DD)",
    "time_zone": "in which days begin and end (default UTC)",
    "customer_department_id": "who asked: a department's code or id",
    "provider_department_id": "who was asked: a department's code or id",
    "offering_id": "for what: an offering's id",
    "priority": "the promised one; may be given more than once",
    "bucket": "into what the period is cut",
    "due_within_hours": "what is due soon (default 24)",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter: what argparse has to know of it."""

    name: str
    told: str
    metavar: str | None
    choices: tuple[str, ...] | None
    is_required: bool = False
    is_flag: bool = False
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its title, its filters, and the model of its rows."""

    name: str
    title: str
    filters: tuple[Filter, ...]
    row: type[BaseModel]


def known_reports() -> Mapping[str, Report]:
    """By name, in the order of the API."""
    routes = [route for route in router.routes if isinstance(route, APIRoute) and route.path.startswith(PREFIX)]
    return {report.name: report for report in map(_report, routes)}


def _report(route: APIRoute) -> Report:
    asked = _question(route)
    filters = [_filter(told.alias or name, told) for name, told in asked.model_fields.items() if name != "format"]
    (row,) = get_args(route.response_model.model_fields["items"].annotation)
    title = (route.endpoint.__doc__ or "").partition("\n")[0].partition(":")[0].rstrip(".")
    return Report(route.path.removeprefix(PREFIX), title, tuple(filters), row)


def _question(route: APIRoute) -> type[TicketsAsked]:
    """The model of what the route may be asked."""
    given = [each.annotation for each in inspect.signature(route.endpoint).parameters.values()]
    kinds = [get_args(each)[0] if get_origin(each) is Annotated else each for each in given]
    return next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, TicketsAsked))


def _filter(name: str, told: FieldInfo) -> Filter:
    kinds = _kinds(told.annotation)
    choices = tuple(choice for kind in kinds for choice in _choices(kind)) or None
    metavar = "DEPARTMENT" if name.endswith(DEPARTMENT) else METAVARS.get(name, name.rpartition("_")[2].upper())
    return Filter(
        name,
        TOLD.get(name) or told.description or "",
        None if choices else metavar,
        choices,
        is_required=told.is_required(),
        is_flag=bool in kinds,
        is_list=get_origin(told.annotation) is list,
    )


def _kinds(annotation: Any) -> list[Any]:
    """The types that a value may have: what a union, a list or an annotation is made of, without None."""
    if get_origin(annotation) in (Union, UnionType, list):
        return [kind for part in get_args(annotation) for kind in _kinds(part)]
    return [] if annotation is type(None) else [annotation]


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else ()
