"""The requests service, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.absences.queries import forget_past_absences
from services.requests.absences.rules import Absence
from services.requests.absences.service import take_in_absence
from services.requests.agreements import api as agreements
from services.requests.approvals import api as approvals
from services.requests.attachments import api as attachments
from services.requests.attachments.receiving import limits_of
from services.requests.attachments.storage import storage_of
from services.requests.attachments.sweeping import run_sweeping
from services.requests.breaches.contests import api as contests
from services.requests.breaches.dossiers import api as breaches
from services.requests.breaches.exclusions import api as exclusions
from services.requests.breaches.exclusions.service.worker import run_exclusions
from services.requests.calendars import api as calendars
from services.requests.calendars.api import exchanging
from services.requests.catalogue import api as catalogue
from services.requests.catalogue.terms import TermsCache
from services.requests.db import DeadLetter, Inbox, Outbox
from services.requests.departments.rules import Department
from services.requests.departments.service import Identity, identity_client, take_in_department
from services.requests.firing.service.worker import run_firing
from services.requests.freezes import api as freezes
from services.requests.freezes.service.worker import run_freezes
from services.requests.handoffs import api as handoffs
from services.requests.imports import api as imports
from services.requests.imports.service.worker import Bench, run_imports
from services.requests.inbound import (
    AbsenceEnded,
    AbsenceRecorded,
    AbsenceTold,
    DepartmentChanged,
    DepartmentCreated,
    DepartmentTold,
    InvitationIssued,
    PersonChanged,
    PersonCreated,
    PersonTold,
)
from services.requests.live import api as live
from services.requests.live.queries import forget_old_changes
from services.requests.live.service.hub import Hub, before_the_stop
from services.requests.messages import api as messages
from services.requests.messages.service import tell_of_survey
from services.requests.people.rules import Person
from services.requests.people.service import take_in_person
from services.requests.reminders.service import run_reminders
from services.requests.reports import api as reports
from services.requests.review import api as review
from services.requests.rulings import api as rulings
from services.requests.rulings.service.worker import run_rulings
from services.requests.settings import RequestsSettings
from services.requests.simulations import api as simulations
from services.requests.simulations.service.worker import run_simulations
from services.requests.standing_orders import api as standing_orders
from services.requests.standing_orders.service.worker import run_standing_orders
from services.requests.tickets.api import acting, asking, batch, by_reference, relating, showing, steps, working
from services.shared.bounded_threads import BoundedThreads
from services.shared.consumers import Consumers
from services.shared.db import Sessions
from services.shared.idempotency import session_fetch
from services.shared.inbox import EventMeta
from services.shared.relay import Relay
from services.shared.service_app import service_app
from services.shared.upkeep import ConsumersCheck, outbox_check, tidy

ROUTERS = (
    asking.router,  # a request is compared with one route after the other: the busiest come first
    acting.router,
    showing.router,
    by_reference.router,
    handoffs.router,
    working.router,
    relating.router,
    batch.router,
    attachments.router,
    attachments.streamed,
    live.router,
    calendars.router,
    exchanging.router,
    catalogue.router,
    simulations.router,  # before what takes an agreement's id there
    agreements.router,
    imports.router,
    messages.router,
    reports.router,
    review.router,
    rulings.router,
    rulings.calendar_router,
    freezes.router,
    approvals.router,
    steps.router,
    standing_orders.router,
    breaches.router,
    contests.router,
    exclusions.router,
)
PRINTED_AT_ONCE = 1
PRINTED_OR_WAITING = 4
"""Review packs; the largest takes three seconds and 220 MiB of a process of its own."""
COMPUTED_AT_ONCE = 2
COMPUTED_OR_WAITING = 8
"""Questions to calendars; the longest keeps a core for three seconds: the last is answered before its deadline."""


def create_app(settings: RequestsSettings | None = None) -> FastAPI:
    """The app, with the settings of the environment where none are given."""
    settings = settings or RequestsSettings()
    app = service_app(
        settings,
        name="requests",
        routers=ROUTERS,
        tasks=lambda app: (
            app.state.consumers.run,
            _relay(settings).run,
            lambda: tidy(app, forget_old_changes, forget_past_absences),
            lambda: run_sweeping(app.state.engine, app.state.attachments),
            lambda: run_imports(_bench(app)),
            lambda: run_firing(settings.database_url, app.state.terms),
            lambda: run_freezes(app.state.engine, app.state.terms),
            lambda: run_reminders(app.state.engine),
            lambda: run_simulations(app.state.engine, app.state.sessions, app.state.terms),
            lambda: run_standing_orders(app.state.engine, app.state.terms, Identity(app.state.identity, "")),
            lambda: run_exclusions(app.state.engine, app.state.terms),
            lambda: run_rulings(app.state.engine, app.state.terms, Identity(app.state.identity, "")),
        ),
        checks=lambda app: {
            "consumers": app.state.is_consuming,
            "outbox": lambda: outbox_check(app, Outbox),
        },
        around=_surroundings,
    )
    app.state.terms = TermsCache()
    app.state.live = Hub(settings.database_url)
    app.state.batches = asyncio.Semaphore(batch.AT_ONCE)
    app.state.attachments = storage_of(settings)
    app.state.attachment_limits = limits_of(settings)
    app.state.computing = BoundedThreads("computing", threads=COMPUTED_AT_ONCE, places=COMPUTED_OR_WAITING)
    app.state.printing = BoundedThreads("printing", threads=PRINTED_AT_ONCE, places=PRINTED_OR_WAITING)
    app.state.consumers = consumers_of(settings, app.state.sessions)
    app.state.is_consuming = ConsumersCheck(app.state.consumers)
    return app


def _relay(settings: RequestsSettings) -> Relay:
    return Relay(service="requests", database_url=settings.database_url, nats_url=settings.nats_url)


def _bench(app: FastAPI) -> Bench:
    return Bench(app.state.engine, app.state.sessions, app.state.terms, app.state.identity)


def consumers_of(settings: RequestsSettings, sessions: Sessions) -> Consumers:
    """What this service takes in: the departments, people and absences of identity, whom feedback asks."""
    consumers = Consumers(
        service="requests",
        nats_url=settings.nats_url,
        sessions=sessions,
        inbox=Inbox,
        dead_letters=DeadLetter,
    )

    async def take_in(session: AsyncSession, told: DepartmentTold, _: EventMeta) -> None:
        department = Department(
            told.department_id, told.code, told.parent_id, told.time_zone, told.is_open, told.version
        )
        await take_in_department(session_fetch(session), department)

    async def take_in_told(session: AsyncSession, told: PersonTold, _: EventMeta) -> None:
        departments = {each.department_id: each.role for each in told.memberships}
        person = Person(told.person_id, told.customer_type, told.relation, told.is_active, told.version, departments)
        await take_in_person(session_fetch(session), person)

    for event in (DepartmentCreated, DepartmentChanged):
        consumers.on(event)(take_in)
    for event_of_person in (PersonCreated, PersonChanged):
        consumers.on(event_of_person)(take_in_told)

    async def take_in_away(session: AsyncSession, told: AbsenceTold, meta: EventMeta) -> None:
        values = told.model_dump(exclude={"absence_id"})
        await take_in_absence(session_fetch(session), Absence(id=told.absence_id, **values), now=meta.time)

    for event_of_absence in (AbsenceRecorded, AbsenceEnded):
        consumers.on(event_of_absence)(take_in_away)

    async def tell(session: AsyncSession, invitation: InvitationIssued, meta: EventMeta) -> None:
        await tell_of_survey(session_fetch(session), invitation.person_id, invitation.invitation_id, now=meta.time)

    consumers.on(InvitationIssued)(tell)
    return consumers


@asynccontextmanager
async def _surroundings(app: FastAPI) -> AsyncIterator[None]:
    settings: RequestsSettings = app.state.settings
    async with identity_client(settings.identity_url, settings.identity_timeout) as client:
        app.state.identity = client
        try:
            with before_the_stop(app.state.live.drain):
                yield
        finally:
            app.state.computing.close()
            app.state.printing.close()
            await app.state.live.close()
