"""What the tables of every service share: one registry a service, and names by convention."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_registry() -> registry:
    """The registry of one service: `class Base(SQLModel, registry=new_registry()): ...` in its `db.py`.

    `SQLModel.metadata` is one for the whole process, where the `outbox` tables of two services clash.
    """
    return registry(metadata=MetaData(naming_convention=NAMING_CONVENTION))
