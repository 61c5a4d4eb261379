"""A small real run through the gateway: the first administrator, two departments, an offering, a ticket, its report."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

from services.identity.first_admin import FIRST_EMAIL
from tests.compose.commands import Failed
from tests.compose.installation import wait_until

PASSWORD = "tall-otter-sings-at-dawn"
AROUND_THE_CLOCK = [
    {"weekday": day, "start": "00:00", "end": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
]


@dataclass
class Visitor:
    """Somebody who calls the gateway at `base_url`, with a token once signed in; `verify` is a certificate to trust."""

    base_url: str
    token: str = ""
    refresh_token: str = ""
    verify: str | bool = True

    def ask(self, method: str, path: str, expected: int = 200, **given: Any) -> dict[str, Any]:
        """The answer's JSON; Failed where the status is another."""
        answer = self._answer(method, path, expected, **given)
        return dict(answer.json()) if answer.content else {}

    def file(self, path: str, **params: str) -> bytes:
        """What lies there, as it is sent; Failed where there is nothing."""
        return self._answer("GET", path, 200, params=params).content

    def _answer(self, method: str, path: str, expected: int, **given: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with httpx.Client(
            base_url=self.base_url, headers=headers, trust_env=False, timeout=30, verify=self.verify
        ) as web:
            answer = web.request(method, path, **given)
        if answer.status_code != expected:
            raise Failed(f"{method} {path} answered {answer.status_code}, not {expected}: {answer.text[:400]}")
        return answer

    def sign_in(self) -> None:
        """As the administrator."""
        self.token = ""
        login = {"email": FIRST_EMAIL, "password": PASSWORD}
        signed_in = self.ask("POST", "/v1/sessions", 201, json=login)
        self.token, self.refresh_token = signed_in["access_token"], signed_in["refresh_token"]

    def refresh(self) -> None:
        """A new access token for the refresh token."""
        self.token = ""
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        fresh = self.ask("POST", "/oauth2/token", data=form)
        self.token, self.refresh_token = fresh["access_token"], fresh["refresh_token"]

    def is_open(self, link: str, expected: int) -> None:
        """Failed where the page of a link answers otherwise."""
        parts = urlsplit(link)
        with httpx.Client(base_url=self.base_url, trust_env=False, timeout=30, verify=self.verify) as web:
            answer = web.get(f"{parts.path}?{parts.query}")
        if answer.status_code != expected:
            raise Failed(f"the link's page answered {answer.status_code}, not {expected}")

    def is_ready(self) -> bool:
        """Whether the gateway answers, and says that everything is ready."""
        try:
            told: str = self.ask("GET", "/health/ready")["status"]
        except (Failed, httpx.HTTPError):
            return False
        return told == "ready"

    def use_link(self, link: str) -> None:
        """Set the password by the one-time link, which works once."""
        (token,) = parse_qs(urlsplit(link).query)["token"]
        self.ask("POST", "/v1/sessions/passwords", 204, json={"token": token, "password": PASSWORD})
        self.ask("POST", "/v1/sessions/passwords", 404, json={"token": token, "password": PASSWORD})


@dataclass(frozen=True)
class Desk:
    """Two departments and what one offers the other."""

    customer: str
    provider: str
    offering: str

    @classmethod
    def opened(cls, admin: Visitor) -> "Desk":
        """Found them, with a calendar around the clock."""
        mark = uuid4().hex[:6]
        people, it = (
            admin.ask("POST", "/v1/departments", 201, json={"code": f"{code}-{mark}", "name": code, "time_zone": "UTC"})
            for code in ("PEOPLE", "IT")
        )
        new = {"code": f"laptop-{mark}", "name": "A laptop", "provider_department_id": it["id"]}
        offering = admin.ask("POST", "/v1/offerings", 201, json=new)
        return cls(people["id"], it["id"], offering["id"])

    def ask_for(self, visitor: Visitor, subject: str) -> str:
        """Submit a ticket; its path."""
        new = {"subject": subject, "offering_id": self.offering, "customer_department_id": self.customer}
        return f"/v1/tickets/{visitor.ask('POST', '/v1/tickets', 201, json=new)['id']}"

    def is_counted(self, visitor: Visitor, tickets: int) -> bool:
        """Whether feedback has heard of so many tickets, which it hears over NATS."""
        page = visitor.ask("GET", "/v1/interactions", params={"limit": 200})
        pairs = {
            (each["customer_department_id"], each["provider_department_id"]): each["tickets"] for each in page["items"]
        }
        counted: int = pairs.get((self.customer, self.provider), 0)
        return counted == tickets

    def wait_until_counted(self, visitor: Visitor, tickets: int) -> None:
        """Until feedback counts so many tickets between the two."""
        wait_until(lambda: self.is_counted(visitor, tickets), f"feedback counts {tickets} tickets", patience=30)
