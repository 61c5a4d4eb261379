"""What the requests service reads from its environment."""

from services.shared.settings import ServiceSettings


class RequestsSettings(ServiceSettings):
    """The shared settings; `identity_timeout` bounds a question to identity about something not known here yet."""

    identity_timeout: float = 0.3
