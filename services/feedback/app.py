"""The feedback service: what it is made of."""

from fastapi import FastAPI

from services.feedback import inbound
from services.feedback.db import DeadLetter, Inbox
from services.feedback.interactions.api import router as interactions
from services.feedback.interactions.service import count_ticket
from services.feedback.settings import FeedbackSettings
from services.shared.consumers import Consumers
from services.shared.db import Sessions
from services.shared.service_app import service_app
from services.shared.upkeep import ConsumersCheck


def create_app(settings: FeedbackSettings | None = None) -> FastAPI:
    """The service as it is served: its routes, and the consumers that run beside them."""
    settings = settings or FeedbackSettings()
    app = service_app(
        settings,
        name="feedback",
        routers=[interactions],
        tasks=lambda app: [app.state.consumers.run],
        checks=lambda app: {"consumers": app.state.is_consuming},
    )
    app.state.consumers = consumers_of(settings, app.state.sessions)
    app.state.is_consuming = ConsumersCheck(app.state.consumers)
    return app


def consumers_of(settings: FeedbackSettings, sessions: Sessions) -> Consumers:
    """What this service does about each event that it takes in."""
    consumers = Consumers(
        service="feedback", nats_url=settings.nats_url, sessions=sessions, inbox=Inbox, dead_letters=DeadLetter
    )
    consumers.on(inbound.TicketSubmitted)(count_ticket)
    return consumers
