"""Making the demo on a platform that is up, in process: identity first, then the work."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from services.identity.accounts.service.passwords import passwords_of
from services.identity.departments.models import Department as IdentityDepartment
from services.identity.settings import IdentitySettings
from services.launcher.chapters import computer, scrubs
from services.launcher.demo.catalogue import agree, introduce, open_for_work
from services.launcher.demo.house import ASKING, House, opened
from services.launcher.demo.people import (
    DemoPerson,
    ensure_absences,
    ensure_departments,
    ensure_deputies,
    ensure_people,
)
from services.launcher.demo.story import WEEKS
from services.launcher.demo.weeks import WeeksStage
from services.launcher.demo.work import Simulation
from services.requests.departments.rules import Department
from services.shared.db import make_engine, make_sessions

BEGINNING = datetime(2026, 1, 1, 8, tzinfo=UTC)


async def make_demo(databases: Mapping[str, str], secret: str, *, count: int) -> list[DemoPerson]:
    """The demo organisation, its two stories and `count` tickets; what is there already stays.

    `databases` are runtime addresses by service.
    """
    now = datetime.now(UTC)
    people, departments = await _make_people(databases["identity"], secret, now)
    async with opened(databases) as house:
        if await house.connection.fetchval("SELECT EXISTS (SELECT FROM offering)"):
            return people
        # Kept at once: identity tells of the same people meanwhile, and who takes that in must not wait for minutes.
        await introduce(house, departments, people)
    async with opened(databases, ASKING) as house:
        await _make_work(house, departments, people, count, now)
    return people


async def _make_people(url: str, secret: str, now: datetime) -> tuple[list[DemoPerson], dict[str, Department]]:
    engine = make_engine(url)
    passwords = passwords_of(IdentitySettings(database_url=url))
    try:
        async with make_sessions(engine)() as session, session.begin():
            known = await ensure_departments(session, now=now)
            ids = {code: department.id for code, department in known.items()}
            people = await ensure_people(session, passwords, ids, secret, now=now)
            await ensure_deputies(session, people, ids, now=now)
            await ensure_absences(session, people, ids, now=now)
        return people, {code: _copy_of(department) for code, department in known.items()}
    finally:
        await engine.dispose()


def _copy_of(department: IdentityDepartment) -> Department:
    return Department(
        department.id,
        department.code,
        department.parent_id,
        department.time_zone,
        department.is_open,
        department.version,
    )


async def _make_work(
    house: House, departments: dict[str, Department], people: list[DemoPerson], count: int, now: datetime
) -> None:
    """First the stories, with fixed dates; then the weeks that end now."""
    cast = {person.name: person.actor for person in people}
    await open_for_work(house, departments, now=BEGINNING)
    for chapter in (computer, scrubs):
        await chapter.tell(WeeksStage(house, cast, departments))
    await agree(house, departments, cast, now=now - timedelta(weeks=WEEKS, days=1))
    await Simulation(house, departments, people).play(count, now)
