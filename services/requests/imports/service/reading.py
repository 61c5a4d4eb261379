"""A job's file and mapping, as the rules take them."""

from collections.abc import Mapping
from uuid import UUID

from services.requests.imports.rules.csv_log import csv_records
from services.requests.imports.rules.mapping import Columns, LogMapping, Meaning, local_clock
from services.requests.imports.rules.records import Records
from services.requests.imports.rules.xes_log import xes_records
from services.requests.imports.schemas import ImportMapping


def records_of(content: bytes, mapping: ImportMapping) -> Records:
    """The file's records, in the format that the mapping declares."""
    return xes_records(content) if mapping.format == "xes" else csv_records(content, mapping.delimiter)


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
        kept=kept_columns(mapping),
    )


def kept_columns(mapping: ImportMapping) -> tuple[str, ...]:
    """The columns whose first known value stays with the ticket: those named, and the person's."""
    person = mapping.columns.person
    return tuple(dict.fromkeys([*mapping.keep, *([person] if person else [])]))
