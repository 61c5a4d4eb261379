"""What the feedback service reads from its environment."""

from pydantic import Field, SecretStr

from services.shared.settings import ServiceSettings


class FeedbackSettings(ServiceSettings):
    """The shared settings, and what links to answer pages are made of.

    `public_url` is the gateway's origin, as people's browsers see it. `link_secret` (a random text of at least 32
    characters) signs the links; it has no default, and without it the service does not start. Who changes it makes
    every link that is out worthless.
    """

    public_url: str = "http://127.0.0.1:8080"
    link_secret: SecretStr | None = Field(default=None, min_length=32)
