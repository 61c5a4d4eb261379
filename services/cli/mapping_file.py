"""The mapping file of an import: what the API's mapping holds, with departments and the offering by their codes."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

OF_THE_API = (
    "source",
    "format",
    "time_zone",
    "time_format",
    "delimiter",
    "unknown",
    "keep",
    "columns",
    "states",
    "priorities",
)


class UnusableMapping(Exception):
    """The file is none, or says what it may not; the message names the fields."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NamedDepartment(_Part):
    """A department by its code, and the name under which it is made where it is missing."""

    code: str
    name: str


class Groups(_Part):
    """Whether departments are made for groups, and the codes of groups that have one of another name."""

    make: bool = False
    codes: dict[str, str] = {}


class MappingFile(_Part):
    """A file's content. The fields of OF_THE_API are the API's own; it checks their insides."""

    source: str
    format: str = "csv"
    time_zone: str
    time_format: str = "iso"
    delimiter: str = ","
    unknown: list[str] = []
    keep: list[str] = []
    columns: dict[str, str]
    states: dict[str, Any]
    priorities: dict[str, Any] = {}
    customer: NamedDepartment
    default_provider: NamedDepartment
    groups: Groups = Field(default_factory=Groups)
    offering: dict[str, Any]

    def of_the_api(self) -> dict[str, Any]:
        """The part that the API takes as it is."""
        return self.model_dump(include=set(OF_THE_API))


def read_mapping(path: Path) -> MappingFile:
    """The mapping of a TOML file. UnusableMapping."""
    try:
        declared = MappingFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UnusableMapping(f"{path} cannot be read: {error}") from error
    except ValidationError as invalid:
        wrong = (f"\n  {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())
        raise UnusableMapping(f"{path} is no mapping:{''.join(wrong)}") from invalid
    if not isinstance(declared.offering.get("code"), str):
        raise UnusableMapping(f"{path} is no mapping:\n  offering.code: names the offering, and is missing")
    return declared
