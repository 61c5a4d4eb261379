"""What a ticket pins: the agreement's nearest rows, else what the offering publishes, else nothing at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from services.requests.agreements.pinning import pin_defaults, pin_of
from services.requests.agreements.queries.read import contents_of, escalations_of
from services.requests.agreements.rules.content import EscalatedClock, Escalation, Notified
from services.requests.agreements.schemas import NewAgreement, document_of
from services.requests.calendars.queries import ResolvedCalendar
from services.requests.catalogue.covering import Covering
from services.requests.catalogue.queries import find_offered
from services.requests.catalogue.rules import TargetPriority
from services.requests.catalogue.terms import OfferingTerms
from services.requests.timeline.promised import PinnedObligation, PinnedTarget
from services.requests.timeline.vocabulary import ClockName, Effect
from services.shared.idempotency import Fetch
from tests.requests.agreements.shapes import Pair, a_target, an_obligation
from tests.requests.catalogue.shapes import a_published_offering
from tests.requests.people import a_department

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CUSTOMERS, PROVIDERS, OWN, ASKED, ANSWERED = (uuid4() for _ in range(5))
PRIORITIES = frozenset(each.value for each in TargetPriority)


@pytest.fixture
async def offered(pair: Pair, fetch: Fetch) -> OfferingTerms:
    """Terms without an agreement: the offering publishes eight hours for everything, an hour for what is urgent."""
    published = [{"clock": "resolution", "duration": "PT8H"}, {"clock": "acknowledge", "duration": "PT1H"}]
    made = await a_published_offering(pair.client, pair.people.admin(), pair.it.id, default_targets=published)
    offering = await find_offered(fetch, UUID(made["id"]))
    assert offering is not None
    return OfferingTerms(
        generation=uuid4(),
        offering=offering,
        customer=a_department(),
        provider=pair.it,
        customer_calendar=ResolvedCalendar(ASKED, uuid4(), 1, None),
        provider_calendar=ResolvedCalendar(ANSWERED, uuid4(), 1, None),
    )


def under(offered: OfferingTerms, **changes: Any) -> OfferingTerms:
    """The terms with an agreement in force."""
    given: dict[str, Any] = {
        "customer_department_id": str(offered.customer.id),
        "provider_department_id": str(offered.provider.id),
        "customer_calendar_id": str(CUSTOMERS),
        "provider_calendar_id": str(PROVIDERS),
        "offering_ids": [str(offered.offering.id)],
        "effective_from": "2026-03-01",
    }
    new = NewAgreement.model_validate_json(orjson.dumps(given | changes))
    document = document_of(new, offered.customer.id, offered.provider.id)
    text = orjson.dumps(document).decode()
    begins = date(2026, 3, 1)
    made = Covering(uuid4(), uuid4(), 1, PRIORITIES, begins, None, "UTC", text)
    return replace(offered, agreements=(made,))


def durations(offered: OfferingTerms, priority: str) -> dict[str, str]:
    return {str(each.clock): each.duration for each in pin_of(offered, priority, NOW).targets}


async def test_the_nearest_row_of_each_clock_is_pinned(offered: OfferingTerms) -> None:
    offering_id, other = str(offered.offering.id), str(uuid4())
    terms = under(
        offered,
        offering_ids=[offering_id, other],
        targets=[
            a_target(duration="P9D"),
            a_target(duration="P8D", priority="high"),
            a_target(duration="P7D", offering_id=offering_id),
            a_target(duration="P6D", offering_id=offering_id, priority="low"),
            a_target(duration="P1D", offering_id=other, priority="low"),
            a_target(clock="update", duration="P2D", priority="high"),
        ],
    )
    assert durations(terms, "low") == {"resolution": "P6D"}
    assert durations(terms, "normal") == {"resolution": "P7D"}
    assert durations(terms, "high") == {"resolution": "P7D", "update": "P2D"}


async def test_all_that_is_agreed_is_pinned(offered: OfferingTerms) -> None:
    terms = under(
        offered,
        targets=[
            a_target(due="end_of_day", reopened="P1D", third_party_pauses=True, calendar_id=str(OWN)),
            a_target(clock="acknowledge", duration="PT4H", objective=None),
        ],
        obligations=[
            an_obligation(),
            {"clock": "quota", "limit": 1, "period": "week", "quantity": "/sets", "effect": "best_effort"},
            {"clock": "reply", "duration": "PT4H", "objective": 0.9},
            {"clock": "completeness"},
        ],
        escalations=[{"clock": "resolution", "percent": percent, "notify": ["assignee"]} for percent in (100, 80, 60)]
        + [{"clock": "acknowledge", "percent": 100}, {"clock": "reply", "percent": 90}],
        reopening_window="P5D",
        no_answer_window="P20D",
    )
    pinned = pin_of(terms, "normal", NOW)
    (covering,) = terms.agreements
    assert pinned.agreement_version_id == covering.version_id
    assert (pinned.provider, pinned.calendar_id, pinned.calendars) == ("IT", PROVIDERS, {"customer": CUSTOMERS})
    assert (pinned.reopening_window, pinned.no_answer_window) == ("P5D", "P20D")
    resolution, acknowledge = pinned.targets
    assert resolution == PinnedTarget(
        clock=ClockName.RESOLUTION,
        duration="P5D",
        calendar_id=OWN,
        due=resolution.due,
        reopened="P1D",
        third_party_pauses=True,
        objective=0.95,
        warnings=(60, 80),
    )
    assert resolution.due == "end_of_day"
    assert (acknowledge.calendar_id, acknowledge.warnings) == (PROVIDERS, (50, 75))
    assert pinned.obligations == (
        PinnedObligation(ClockName.NOTICE, PROVIDERS, duration="P10D", effect=Effect.EXTEND),
        PinnedObligation(
            ClockName.QUOTA, CUSTOMERS, limit=1, period="week", quantity="/sets", effect=Effect.BEST_EFFORT
        ),
        PinnedObligation(ClockName.REPLY, CUSTOMERS, duration="PT4H", objective=0.9, warnings=(90,)),
        PinnedObligation(ClockName.COMPLETENESS, CUSTOMERS),
    )


async def test_without_an_agreement_what_is_published_holds(offered: OfferingTerms) -> None:
    pinned = pin_of(offered, "normal", NOW)
    assert durations(offered, "normal") == {"resolution": "PT8H", "acknowledge": "PT1H"}
    assert {each.calendar_id for each in pinned.targets} == {ANSWERED}
    assert (pinned.calendar_id, pinned.calendars) == (ANSWERED, {"customer": ASKED})
    assert (pinned.obligations, pinned.agreement_version_id, pinned.no_answer_window) == ((), None, None)
    before = NOW - timedelta(days=2)
    agreed = under(offered, targets=[a_target()])
    assert pin_of(agreed, "normal", before) == pin_defaults(agreed, "normal") == pinned


async def test_no_promise_is_allowed(offered: OfferingTerms) -> None:
    nothing = replace(offered, offering=replace(offered.offering, targets=()))
    assert pin_of(nothing, "normal", NOW).targets == ()
    agreed = pin_of(under(nothing), "normal", NOW)
    assert (agreed.targets, agreed.obligations) == ((), ())
    assert agreed.agreement_version_id is not None


async def test_escalations_are_read_by_version(pair: Pair, fetch: Fetch) -> None:
    person = pair.identity.add_person(departments={pair.it.id: "agent"})
    rules = [
        {"clock": "resolution", "percent": 75, "notify": ["provider:manager", "requester"], "raise_priority": "high"},
        {"clock": "resolution", "percent": 100, "reassign_to": str(person.id)},
    ]
    ids = []
    for escalations in (rules, []):
        made = await pair.propose(escalations=escalations, priority_role="customer:manager")
        ids.append(UUID(made["current_version"]["id"]))
    read = await escalations_of(fetch, ids)
    clock = EscalatedClock.RESOLUTION
    told = (Notified.PROVIDER_MANAGERS, Notified.REQUESTER)
    warned = Escalation(clock, 75, told, raise_priority=TargetPriority.HIGH)
    assert read == {ids[0]: (warned, Escalation(clock, 100, reassign_to=person.id)), ids[1]: ()}
    assert (await contents_of(fetch, ids))[ids[0]].priority_role == "customer:manager"
