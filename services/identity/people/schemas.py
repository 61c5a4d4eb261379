"""A person and a membership as callers send them and as they get them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.identity.departments.schemas import absent
from services.identity.people.rules import (
    CustomerType,
    DepartmentRole,
    OrganisationRole,
    Relation,
    normalised_email,
)
from services.shared.routing import ProblemDocument
from services.shared.schemas import Id, Input, Instant, Lax, Output, ShortText

_SEEN = (
    r"[^@\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uff20\uffa0\ufff0-\uffff]"
)
"""A character that shows: two addresses that look the same must not differ by one that does not."""
Email = Annotated[
    str,
    StringConstraints(pattern=f"^{_SEEN}{{1,64}}@{_SEEN}{{1,189}}$", max_length=254),
    AfterValidator(normalised_email),
    Field(examples=["ana.ruiz@example.org"]),
]
Locale = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), Field(description="BCP 47", examples=["es-MX"])
]
OrganisationRoles = Annotated[list[Annotated[OrganisationRole, Lax]], Field(max_length=len(OrganisationRole))]


class NewMembership(Input):
    """A department and the role in it."""

    department_id: Id
    role: Annotated[DepartmentRole, Lax]


class NewPerson(Input):
    """What a new person needs; they can sign in once they have a password."""

    email: Email
    display_name: ShortText
    relation: Annotated[Relation, Lax] = Relation.EMPLOYEE
    customer_type: Annotated[CustomerType, Lax] = CustomerType.OPERATIVE
    locale: Locale = "en"
    roles: OrganisationRoles = []
    memberships: Annotated[list[NewMembership], Field(max_length=500)] = []


class PersonChanges(Input):
    """What changes; a field that is left out stays. Memberships change at the department."""

    email: Email = Field(default_factory=absent)
    display_name: ShortText = Field(default_factory=absent)
    relation: Annotated[Relation, Lax] = Field(default_factory=absent)
    customer_type: Annotated[CustomerType, Lax] = Field(default_factory=absent)
    locale: Locale = Field(default_factory=absent)
    roles: OrganisationRoles = Field(default_factory=absent)
    is_active: bool = Field(default_factory=absent)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class MembershipPublic(Output):
    """One of a person's memberships."""

    department_id: UUID
    role: DepartmentRole


class PersonPublic(Output):
    """A person as everybody signed in sees them; `roles` are those in the organisation."""

    id: UUID
    email: str
    display_name: str
    relation: Relation
    customer_type: CustomerType
    locale: str
    memberships: list[MembershipPublic]
    roles: list[OrganisationRole]
    is_active: bool
    version: int
    created_at: Instant


class MemberRole(Input):
    """The role that a person is to have in the department."""

    role: Annotated[DepartmentRole, Lax]


class MemberPublic(Output):
    """One of a department's members; `version` is the membership's, for If-Match."""

    person_id: UUID
    role: DepartmentRole
    since: Instant
    version: int


class NewPeople(Input):
    """Up to 500 people; each is made, or refused by a rule, by themselves."""

    items: Annotated[list[NewPerson], Field(min_length=1, max_length=500)]


class PersonMadeOrRefused(Output):
    """What became of one item: 201 with the person, or the status and problem of its refusal."""

    status: int
    person: PersonPublic | None = None
    problem: ProblemDocument | None = Field(default=None, description="its pointers begin at the item")


class PeopleMadeOrRefused(Output):
    """What became of each item, in their order."""

    items: list[PersonMadeOrRefused]
