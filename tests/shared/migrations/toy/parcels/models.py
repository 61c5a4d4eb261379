"""A feature's table, found by its module's name."""

from uuid import UUID

from sqlmodel import Field

from tests.shared.migrations.toy.db import Base


class Parcel(Base, table=True):
    id: UUID = Field(primary_key=True)
    label: str = Field(unique=True)
    weight: int | None = Field(default=None, index=True)
