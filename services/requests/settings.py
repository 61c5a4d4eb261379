"""What the requests service reads from its environment."""

from pathlib import Path

from pydantic import Field

from services.shared.settings import ServiceSettings

MIB = 1024 * 1024


class RequestsSettings(ServiceSettings):
    """The shared settings; `identity_timeout` bounds a question to identity about something not known here yet.

    Attachments lie in `attachments_folder`, or in `attachments_bucket` where one is named: of `attachments_endpoint`, a
    store that speaks S3 (without it: Amazon's, in `attachments_region`). `attachment_bytes` bounds one file, and has to
    be less than the gateway's `upload_bytes`; `attachment_types` is a comma list of extensions, empty for all known.
    `public_url` is the gateway's origin, as people's browsers see it: links in printed packs begin with it.
    """

    identity_timeout: float = 0.3
    public_url: str = "http://127.0.0.1:8080"
    attachments_folder: Path = Path("attachments")
    attachments_bucket: str = ""
    attachments_endpoint: str = ""
    attachments_region: str = ""
    attachment_bytes: int = Field(default=25 * MIB, ge=1)
    attachment_types: str = ""
    attachments_on_ticket: int = Field(default=100, ge=1)
