"""Who is in the demo and what they offer each other."""

from typing import Any, NamedTuple

ZONE = "Europe/Madrid"
OFFICE_DAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*OFFICE_DAYS, "sat", "sun")


class DemoDepartment(NamedTuple):
    """A department and its people: a manager, two agents, two members."""

    code: str
    name: str
    people: tuple[str, str, str, str, str]


class DemoOffering(NamedTuple):
    """An offering with the durations that it promises; `helpers` are departments that part of it is handed to."""

    provider: str
    code: str
    name: str
    acknowledge: str
    first_response: str
    resolution: str
    usual_hours: float
    helpers: tuple[str, ...] = ()

    def targets(self) -> list[dict[str, Any]]:
        """The default targets; urgent work is promised in half a working day."""
        return [
            {"clock": "acknowledge", "priority": None, "duration": self.acknowledge, "objective": 0.95},
            {"clock": "first_response", "priority": None, "duration": self.first_response, "objective": 0.9},
            {"clock": "resolution", "priority": None, "duration": self.resolution, "objective": 0.9},
            {"clock": "acknowledge", "priority": "urgent", "duration": "PT1H", "objective": 0.95},
            {"clock": "first_response", "priority": "urgent", "duration": "PT2H", "objective": 0.9},
            {"clock": "resolution", "priority": "urgent", "duration": "PT4H", "objective": 0.8},
        ]


DEPARTMENTS = (
    DemoDepartment("IT", "Information technology", ("Irene Vidal", "Tomás Rey", "Leo Marín", "Sara Gil", "Hugo Font")),
    DemoDepartment("PEOPLE", "People operations", ("Pilar Soto", "Ana Ruiz", "Marc Puig", "Eva Luna", "Raúl Cano")),
    DemoDepartment("FACILITIES", "Facilities", ("Félix Mora", "Olga Prat", "Iván Sáez", "Noa Bru", "Joel Vega")),
    DemoDepartment("FINANCE", "Finance", ("Fermín Roca", "Clara Mas", "David Oro", "Lucía Paz", "Pau Serra")),
    DemoDepartment("LAUNDRY", "Laundry", ("Lola Pons", "Rita Cruz", "Omar Díaz", "Gala Ríos", "Unai Lago")),
    DemoDepartment("SURGERY", "Surgery", ("Sol Herrero", "Bruno Ibáñez", "Celia Ros", "Mar Nieto", "Álex Cid")),
)

OFFERINGS = (
    DemoOffering(
        "IT", "new-computer", "A computer, ready to work", "PT4H", "PT8H", "P5D", 22, ("FINANCE", "FACILITIES")
    ),
    DemoOffering("IT", "access-rights", "Access to a system", "PT2H", "PT4H", "PT16H", 9),
    DemoOffering("IT", "help", "Something does not work", "PT1H", "PT2H", "PT8H", 5, ("FACILITIES",)),
    DemoOffering("PEOPLE", "contract-letter", "A letter about a contract", "PT4H", "PT8H", "P3D", 14),
    DemoOffering("PEOPLE", "payroll-question", "A question about pay", "PT4H", "PT8H", "P2D", 9, ("FINANCE",)),
    DemoOffering("FACILITIES", "repair", "A repair", "PT2H", "PT8H", "P3D", 15, ("FINANCE",)),
    DemoOffering("FACILITIES", "room-setup", "A room, set up", "PT4H", "PT8H", "PT16H", 10, ("IT",)),
    DemoOffering("FINANCE", "invoice-question", "A question about an invoice", "PT4H", "PT8H", "P2D", 10),
    DemoOffering("FINANCE", "expense-refund", "A refund of expenses", "PT8H", "P2D", "P5D", 26, ("PEOPLE",)),
    DemoOffering("LAUNDRY", "scrubs", "A set of scrubs", "PT1H", "PT4H", "PT8H", 5),
    DemoOffering("SURGERY", "shift-plan", "The plan of shifts", "PT4H", "PT8H", "P2D", 11),
)

CALENDARS: dict[str, dict[str, Any]] = {
    "office": {
        "name": "Office, Madrid",
        "time_zone": ZONE,
        "shifts": [
            shift
            for day in OFFICE_DAYS
            for shift in (
                {"weekday": day, "start": "09:00", "end": "14:00"},
                {"weekday": day, "start": "15:00", "end": "18:00"},
            )
        ],
        "holidays": {"country": "ES", "subdivision": "MD"},
    },
    "early": {
        "name": "Early, also on Saturdays",
        "time_zone": ZONE,
        "shifts": [
            *({"weekday": day, "start": "07:00", "end": "15:00"} for day in OFFICE_DAYS),
            {"weekday": "sat", "start": "08:00", "end": "12:00"},
        ],
        "holidays": {"country": "ES", "subdivision": "MD"},
    },
    "clinic": {
        "name": "Clinic, every day",
        "time_zone": ZONE,
        "shifts": [{"weekday": day, "start": "06:00", "end": "22:00"} for day in EVERY_DAY],
    },
}
WORKS_BY = {"LAUNDRY": "early", "FACILITIES": "early", "SURGERY": "clinic"}
"""Departments with a calendar of their own; the others work by the organisation's, the office's."""


AWAY = ("IT", "PEOPLE")
"""Departments whose manager will be away for two weeks, and has a deputy then."""
ABSENT = ("IT",)
"""Departments whose second agent is away for two weeks from today on: the first finds their tickets meanwhile."""


class DemoAgreement(NamedTuple):
    """What two departments have agreed on, beyond what the provider promises to everybody."""

    customer: str
    provider: str
    offerings: tuple[str, ...]
    resolution: str
    objective: float
    reply: str
    effect: str


AGREEMENTS = (
    DemoAgreement("SURGERY", "FACILITIES", ("repair", "room-setup"), "PT12H", 0.9, "PT8H", "none"),
    DemoAgreement("FINANCE", "IT", ("access-rights", "help"), "PT6H", 0.9, "PT4H", "best_effort"),
    DemoAgreement("IT", "FINANCE", ("invoice-question", "expense-refund"), "P3D", 0.8, "PT8H", "none"),
    DemoAgreement("LAUNDRY", "PEOPLE", ("contract-letter", "payroll-question"), "P2D", 0.85, "P1D", "none"),
)
