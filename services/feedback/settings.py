"""What the feedback service reads from its environment."""

from services.shared.settings import ServiceSettings


class FeedbackSettings(ServiceSettings):
    """The shared settings; this service needs no others."""
