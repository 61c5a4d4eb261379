"""What stands against offering a hand-off or answering one; the timeline's refusals keep their codes and sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.requests.catalogue.form import FormRefused
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.service import DepartmentsUnavailable, UnknownDepartment
from services.requests.tickets.refusals import (
    InstantOutside,
    NeededByMissing,
    QuantityMissing,
    UnknownLink,
    UnknownTicket,
)
from services.requests.timeline import refusals as timeline
from services.requests.told import as_conflict, conflict_of
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, Problem


class ForOfferer(Forbidden):
    code = "for_offering_department_only"
    detail = Texts(
        "Only agents and managers of the department that hands this part on may do this.",
        "Solo los agentes y la gerencia del departamento que traspasa esta parte pueden hacerlo.",
    )


class ForReceiver(Forbidden):
    code = "for_receiving_department_only"
    detail = Texts(
        "Only agents and managers of the department to which this part was offered may do this.",
        "Solo los agentes y la gerencia del departamento al que se ofreció esta parte pueden hacerlo.",
    )


class ForAsked(Forbidden):
    code = "for_asked_only"
    detail = Texts(
        "Only whoever was asked, or handed this part on, may answer.",
        "Solo puede responder a quien se preguntó o quien traspasó esta parte.",
    )


class NotTheirOffering(Conflict):
    code = "not_their_offering"
    detail = Texts(
        "The department does not offer this: name an offering of its own, or none.",
        "El departamento no ofrece esto: indique una oferta suya, o ninguna.",
    )


_POINTERS: dict[type[timeline.TimelineRefused], str | None] = {
    timeline.HandOffInState: None,
    timeline.HandOffInCircle: "/department_id",
    timeline.LinkNotOpen: None,
    timeline.OfferAnswered: None,
    timeline.LinkNotAccepted: None,
    timeline.NothingAsked: None,
}
_CONFLICTS: dict[type[timeline.TimelineRefused], type[Conflict]] = {
    refused: conflict_of(refused) for refused in _POINTERS
}


def _of(*refused: type[timeline.TimelineRefused]) -> tuple[type[Problem], ...]:
    return tuple(_CONFLICTS[each] for each in refused)


OFFER_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownTicket,
    UnknownLink,
    UnknownDepartment,
    DepartmentsUnavailable,
    UnknownOffering,
    NotTheirOffering,
    ForOfferer,
    InstantOutside,
    FormRefused,
    NeededByMissing,
    QuantityMissing,
    *_of(timeline.HandOffInState, timeline.HandOffInCircle, timeline.LinkNotOpen, timeline.LinkNotAccepted),
)
"""What the route that offers lists among its problems."""
ANSWER_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownTicket,
    UnknownLink,
    *_of(timeline.LinkNotOpen, timeline.OfferAnswered),
)
RETURN_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownTicket,
    UnknownLink,
    *_of(timeline.LinkNotOpen, timeline.LinkNotAccepted),
)
ASKING_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownTicket,
    UnknownLink,
    *_of(timeline.LinkNotOpen, timeline.NothingAsked),
)


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Raise what the timeline refuses as the problem of the same code, with a pointer to its field."""
    try:
        yield
    except timeline.HandOffRefused as refused:
        raise as_conflict(_CONFLICTS[type(refused)], refused, _POINTERS[type(refused)]) from refused
