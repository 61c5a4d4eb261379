"""The words for people: relation, customer type, roles; and how an e-mail address is spelled alike."""

import unicodedata
from enum import StrEnum


class Relation(StrEnum):
    """What ties a person to the organisation."""

    EMPLOYEE = "employee"
    CONTRACTOR = "contractor"
    TEMPORARY = "temporary"
    OWNER = "owner"
    BOARD = "board"
    SUPPLIER = "supplier"


class CustomerType(StrEnum):
    """As which kind of internal customer a person counts in reports."""

    EXECUTIVE = "executive"
    COMMERCIAL = "commercial"
    OPERATIVE = "operative"


class DepartmentRole(StrEnum):
    """What a person is in a department; each may do what the one before may."""

    MEMBER = "member"
    AGENT = "agent"
    MANAGER = "manager"


class OrganisationRole(StrEnum):
    """What a person is in the whole organisation."""

    ADMIN = "admin"
    AUDITOR = "auditor"
    LISTENER = "listener"
    VIEWER = "viewer"


def normalised_email(email: str) -> str:
    """One spelling for all of an address, so that nobody is there twice.

    >>> normalised_email(" Ana.Ruiz@Example.ORG ")
    'ana.ruiz@example.org'
    """
    return unicodedata.normalize("NFC", email.strip()).lower()
