"""A toy feature with every convention on it."""

from typing import Annotated
from uuid import UUID

from fastapi import File, Request, Response, UploadFile
from sqlalchemy import Text
from sqlmodel import Field, SQLModel, col, select
from uuid_utils.compat import uuid7

from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.idempotency import IdempotencyRow
from services.shared.paging import Paging, older_than
from services.shared.problems import Conflict, NotFound
from services.shared.routing import HotRoute, HotTransaction, Transaction, feature_router
from services.shared.schemas import Date, Id, Input, Instant, Output, Page, ShortText
from services.shared.tables import new_registry


class Base(SQLModel, registry=new_registry()):
    pass


class Thing(Base, table=True):
    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    version: int = 1


class IdempotencyKey(IdempotencyRow, Base, table=True):
    __tablename__ = "idempotency_key"


class NewThing(Input):
    name: ShortText
    count: int = 0
    at: Instant | None = None
    when: Instant | Date | None = None


class ThingPublic(Output):
    id: UUID
    name: str


class TooMany(Conflict):
    code = "too_many"


router = feature_router("things")
hot_router = feature_router("hot-things", HotRoute)
Writer = Annotated[Actor, requires("things:write")]


@router.post("/v1/things", status_code=201)
async def make_thing(new: NewThing, actor: Writer, session: Transaction) -> ThingPublic:
    thing = Thing(id=uuid7(), name=new.name)
    session.add(thing)
    if new.count > 100:
        await session.flush()
        raise TooMany(pointer="/count")
    return ThingPublic.model_validate(thing)


@router.get("/v1/things")
async def list_things(actor: Writer, session: Transaction, page: Paging, name: str | None = None) -> Page[ThingPublic]:
    query = select(Thing).order_by(col(Thing.id).desc()).limit(page.limit + 1)
    if name is not None:
        query = query.where(Thing.name == name)
    if (after := page.typed_after(UUID)) is not None:
        query = query.where(older_than([Thing.id], after))
    rows, more = page.split((await session.scalars(query)).all())
    return Page(
        items=[ThingPublic.model_validate(row) for row in rows], next=page.cursor([rows[-1].id]) if more else None
    )


@router.get("/v1/things/{thing_id}")
async def get_thing(thing_id: Id, session: Transaction, request: Request, response: Response) -> ThingPublic:
    thing = await session.get(Thing, thing_id)
    if thing is None:
        raise NotFound
    tag_answer(request, response, thing.version)
    return ThingPublic.model_validate(thing)


@router.patch("/v1/things/{thing_id}")
async def rename_thing(
    thing_id: Id, changes: NewThing, actor: Writer, session: Transaction, expected: IfMatch
) -> ThingPublic:
    thing = await session.get(Thing, thing_id, with_for_update=True)
    if thing is None:
        raise NotFound
    expected.check(thing.version)
    thing.name, thing.version = changes.name, thing.version + 1
    return ThingPublic.model_validate(thing)


@hot_router.post("/v1/hot-things", status_code=201)
async def make_hot_thing(new: NewThing, actor: Writer, connection: HotTransaction) -> ThingPublic:
    thing = ThingPublic(id=uuid7(), name=new.name)
    await connection.execute("INSERT INTO thing (id, name, version) VALUES ($1, $2, 1)", thing.id, thing.name)
    return thing


@router.post("/v1/things/files", status_code=201)
async def keep_file(actor: Writer, file: Annotated[UploadFile, File()]) -> ThingPublic:
    return ThingPublic(id=uuid7(), name=file.filename or "")
