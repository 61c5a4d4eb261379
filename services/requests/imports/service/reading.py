"""A job's file and mapping, as the rules take them."""

import io
from collections.abc import Mapping
from uuid import UUID

from services.requests.imports.rules.mapping import Columns, LogMapping, Meaning, local_clock
from services.requests.imports.schemas import ImportMapping


def lines_of(content: bytes) -> io.TextIOWrapper:
    """The file's lines as text; what is no UTF-8 becomes U+FFFD, which no row may hold."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace", newline="")


def mapping_of(mapping: ImportMapping, codes: Mapping[UUID, str]) -> LogMapping:
    """The declared mapping, with the codes of the departments that it names by id."""
    return LogMapping(
        columns=Columns(**mapping.columns.model_dump()),
        clock=local_clock(mapping.time_zone),
        time_format=mapping.time_format,
        unknown=frozenset(mapping.unknown),
        states={name: Meaning(told.state, told.third_party) for name, told in mapping.states.items()},
        priorities={name: priority.value for name, priority in mapping.priorities.items()},
        groups={name: codes[department_id] for name, department_id in mapping.groups.items()},
        kept=tuple(mapping.keep),
    )
