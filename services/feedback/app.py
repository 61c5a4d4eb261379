"""The feedback service: what it is made of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.feedback import inbound
from services.feedback.db import DeadLetter, Inbox, Outbox
from services.feedback.interactions import api as interactions
from services.feedback.interactions.service import count_promises, count_promises_of_part, count_ticket
from services.feedback.invitations import api as invitations
from services.feedback.invitations.rules.links import Links
from services.feedback.invitations.service import ask_about_fulfilment, withdraw_invitations
from services.feedback.people.service import take_in_person
from services.feedback.responses.api import answers, page
from services.feedback.settings import FeedbackSettings
from services.feedback.surveys import api as surveys
from services.shared.consumers import Consumers
from services.shared.db import Sessions
from services.shared.relay import Relay
from services.shared.service_app import service_app
from services.shared.upkeep import ConsumersCheck, outbox_check, tidy

ROUTERS = (
    surveys.router,
    invitations.router,
    page.router,
    answers.responses_router,
    answers.scores_router,
    interactions.router,
)


class NoLinkSecret(Exception):
    """Links signed with nothing, or with what everybody knows, could be made by anybody: the service does not start."""

    def __init__(self) -> None:
        super().__init__("ACUERDO_LINK_SECRET is not set: a random text of at least 32 characters, which stays")


def create_app(settings: FeedbackSettings | None = None) -> FastAPI:
    """The service as it is served: its routes, and the tasks that run beside them. NoLinkSecret when it starts."""
    settings = settings or FeedbackSettings()
    app = service_app(
        settings,
        name="feedback",
        routers=ROUTERS,
        tasks=lambda app: (app.state.consumers.run, _relay(settings).run, lambda: tidy(app)),
        checks=lambda app: {"consumers": app.state.is_consuming, "outbox": lambda: outbox_check(app, Outbox)},
        around=_links_are_safe,
    )
    secret = settings.link_secret
    app.state.links = Links(secret.get_secret_value(), settings.public_url) if secret else None
    app.state.consumers = consumers_of(settings, app.state.sessions)
    app.state.is_consuming = ConsumersCheck(app.state.consumers)
    return app


@asynccontextmanager
async def _links_are_safe(app: FastAPI) -> AsyncIterator[None]:
    if app.state.links is None:
        raise NoLinkSecret
    yield


def _relay(settings: FeedbackSettings) -> Relay:
    return Relay(service="feedback", database_url=settings.database_url, nats_url=settings.nats_url)


def consumers_of(settings: FeedbackSettings, sessions: Sessions) -> Consumers:
    """What this service does about each event that it takes in."""
    consumers = Consumers(
        service="feedback", nats_url=settings.nats_url, sessions=sessions, inbox=Inbox, dead_letters=DeadLetter
    )
    consumers.on(inbound.TicketSubmitted)(count_ticket)
    consumers.on(inbound.TicketFulfilled)(ask_about_fulfilment)
    consumers.on(inbound.TicketReopened)(withdraw_invitations)
    consumers.on(inbound.TicketMeasured)(count_promises)
    consumers.on(inbound.HandOffMeasured)(count_promises_of_part)
    consumers.on(inbound.PersonCreated)(take_in_person)
    consumers.on(inbound.PersonChanged)(take_in_person)
    return consumers
