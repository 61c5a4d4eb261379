"""Stories of what the customer owes, every number computed by hand from the calendar in `madrid`."""

from dataclasses import replace
from typing import Any

from services.requests.timeline.facts import Amended, Commented, Moved
from services.requests.timeline.rulings import AgreementRuled, PriorityRuled
from services.requests.timeline.vocabulary import Effect, Restart, Side, State, StepReason
from tests.requests.timeline.madrid import QUESTION, Did, Seen, Story, asks, customer, owe, pinned, promise, provider

FIVE_DAYS = promise("resolution", "P5D")
LAPSE = Moved(State.CLOSED, StepReason.LAPSED)
INCOMPLETE = Moved(State.WAITING_ON_CUSTOMER, StepReason.INCOMPLETE, "Which size?", lacking=("/fields/size",))


def _noticed(
    name: str, needed_by: str, effect: Effect = Effect.NONE, *, resolution: dict[str, Any], **says: Any
) -> Story:
    """Asked on Monday 20 April when the office closes: ten days from Tuesday at 9 end on Wednesday 6 May at 9.

    These are 21 to 24 (4), 27 to 30 April (4), 4 and 5 May: 80 hours. The resolution is due on Tuesday 28 at 9.
    """
    terms = pinned(FIVE_DAYS, owe("notice", "P10D", effect))
    seen = (Seen("Mon 20 Apr 18:00", "notice", says), Seen("Mon 20 Apr 18:00", "resolution", resolution))
    return Story(name, terms, (asks("Mon 20 Apr 18:00", needed_by=needed_by),), seen)


NOTICES = (
    # Given: 21 to 24 April, 32 hours. 48 hours more: 8 on each of 28, 29, 30 April, 4, 5 and 6 May.
    _noticed(
        "four days' notice of ten, and the target is extended",
        "2026-04-24",
        Effect.EXTEND,
        resolution={
            "due": "Wed 6 May 18:00",
            "target": 88,
            "is_best_effort": False,
            "moved": (("Mon 20 Apr 18:00", "Tue 28 Apr 09:00", "Wed 6 May 18:00", "notice"),),
        },
        state="missed",
        breached="Mon 20 Apr 18:00",
        promised=80,
        observed=32,
        shortfall=48,
    ),
    _noticed(
        "four days' notice of ten, without effect",
        "2026-04-24",
        resolution={"due": "Tue 28 Apr 09:00", "target": 40, "is_best_effort": False},
        state="missed",
        shortfall=48,
    ),
    _noticed(
        "four days' notice of ten, and the best is tried",
        "2026-04-24",
        Effect.BEST_EFFORT,
        resolution={"due": "Tue 28 Apr 09:00", "is_best_effort": True},
        state="missed",
    ),
    _noticed(
        "notice to the minute",
        "2026-05-06T09:00:00+02:00",
        Effect.EXTEND,
        resolution={"due": "Tue 28 Apr 09:00"},
        state="met",
        breached=None,
        promised=80,
        observed=80,
    ),
    _noticed(
        "a quarter too little lacks no working time",
        "2026-05-06T08:45:00+02:00",
        Effect.EXTEND,
        resolution={"due": "Tue 28 Apr 09:00", "target": 40},
        state="missed",
        shortfall=0,
    ),
    _noticed("a date means its end", "2026-05-06", resolution={}, state="met", observed=88),
    _noticed("the day before does not", "2026-05-05", resolution={}, state="missed", observed=80, shortfall=0),
    # Until 30 April: 8 days, 64 hours; 16 lack. Until 24 April 48 lack. Later is no help.
    Story(
        "needed earlier and earlier, then later",
        pinned(FIVE_DAYS, owe("notice", "P10D", Effect.EXTEND)),
        (
            asks("Mon 20 Apr 18:00", needed_by="2026-05-06"),
            customer("Wed 22 Apr 12:00", Amended({"needed_by": "2026-04-30"})),
            customer("Thu 23 Apr 09:00", Amended({"needed_by": "2026-04-24"})),
            customer("Thu 23 Apr 10:00", Amended({"needed_by": "2026-05-20"})),
            customer("Thu 23 Apr 11:00", Amended({"needed_by": "2026-05-19"})),
        ),
        (
            Seen("Wed 22 Apr 11:45", "notice", {"state": "met"}),
            Seen("Wed 22 Apr 12:00", "notice", {"state": "missed", "shortfall": 16, "breached": "Wed 22 Apr 12:00"}),
            Seen("Wed 22 Apr 12:00", "resolution", {"due": "Wed 29 Apr 18:00", "target": 56}),
            Seen("Thu 23 Apr 12:00", "notice", {"state": "missed", "shortfall": 48, "observed": 32}),
            Seen("Thu 23 Apr 12:00", "resolution", {"due": "Wed 6 May 18:00", "target": 88, "elapsed": 19}),
        ),
    ),
    # By Wednesday at 9 it has used 8 hours of 16 + 48: 56 are left, seven days from 22 to 30 April.
    Story(
        "what a missed notice adds stays added",
        pinned(FIVE_DAYS, owe("notice", "P10D", Effect.EXTEND)),
        (
            asks("Mon 20 Apr 18:00", needed_by="2026-04-24"),
            provider("Wed 22 Apr 09:00", PriorityRuled("high", (promise("resolution", "PT16H"),))),
        ),
        (Seen("Wed 22 Apr 09:00", "resolution", {"due": "Thu 30 Apr 18:00", "target": 64, "elapsed": 8}),),
    ),
    # Approved two days later: from Thursday 23 at 9 ten days end on Friday 8 May at 9; 72 hours of 80 are given.
    Story(
        "approved by the customer's side: notice from then",
        pinned(owe("notice", "P10D")),
        (
            asks("Mon 20 Apr 18:00", needs_approval=True, needed_by="2026-05-06"),
            Did("Wed 22 Apr 18:00", Side.APPROVER, Moved(State.SUBMITTED)),
        ),
        (Seen("Wed 22 Apr 18:00", "notice", {"state": "missed", "promised": 80, "observed": 72, "shortfall": 8}),),
    ),
    Story(
        "approved by the provider's side: notice from the beginning",
        pinned(owe("notice", "P10D")),
        (
            asks("Mon 20 Apr 18:00", needs_approval=True, needed_by="2026-05-06", approver=Side.PROVIDER),
            Did("Wed 22 Apr 18:00", Side.APPROVER, Moved(State.SUBMITTED)),
        ),
        (Seen("Wed 22 Apr 18:00", "notice", {"state": "met", "promised": 80, "observed": 88}),),
    ),
)


def _asked(name: str, end: Did, *seen: Seen) -> Story:
    """A question on Thursday 30 April at 16:30: 1.5 hours, the holiday, the weekend, 2.5 hours on Monday.

    The resolution (16 hours) has used 5 + 1.5 by then.
    """
    terms = pinned(promise("resolution", "PT16H"), owe("reply", "PT4H", Effect.BEST_EFFORT))
    return Story(name, terms, (asks("Thu 30 Apr 09:00"), provider("Thu 30 Apr 16:30", QUESTION), end), seen)


REPLIES = (
    # From Monday 11:30 the resolution has 9.5 left: 2.5, 3, and 4 on Tuesday.
    _asked(
        "a reply over weekend and public holiday, in time",
        customer("Mon 4 May 11:30", Commented("The small one")),
        Seen("Sat 2 May 12:00", "reply", {"due": "Mon 4 May 11:30", "elapsed": 1.5, "state": "running"}),
        Seen("Sat 2 May 12:00", "resolution", {"state": "paused", "elapsed": 6.5}),
        Seen("Mon 4 May 12:00", "reply", {"state": "met", "elapsed": 4}),
        Seen("Mon 4 May 12:00", "resolution", {"due": "Tue 5 May 13:00", "is_best_effort": False}),
    ),
    _asked(
        "a reply over weekend and public holiday, too late",
        customer("Mon 4 May 11:45", Amended({"fields": {"size": "small"}})),
        Seen("Mon 4 May 11:45", "reply", {"state": "missed", "breached": "Mon 4 May 11:30", "elapsed": 4.25}),
        Seen("Mon 4 May 12:00", "resolution", {"state": "running", "due": "Tue 5 May 13:15", "is_best_effort": True}),
    ),
    _asked(
        "a question taken back",
        provider("Mon 4 May 11:00", State.IN_PROGRESS),
        Seen("Mon 4 May 11:00", "reply", {"state": "void", "breached": None, "elapsed": 3.5}),
    ),
    _asked(
        "a question taken back too late",
        provider("Mon 4 May 12:00", State.IN_PROGRESS),
        Seen("Mon 4 May 12:00", "reply", {"state": "missed", "breached": "Mon 4 May 11:30"}),
        Seen("Mon 4 May 12:00", "resolution", {"is_best_effort": True}),
    ),
    _asked(
        "a priority is promised anew, and the question is as old as it was",
        provider("Mon 4 May 10:00", PriorityRuled("high", (promise("resolution", "PT8H"),), Restart.RESTART)),
        Seen("Mon 4 May 10:00", "resolution", {"elapsed": 0, "left": 8, "state": "paused"}),
        Seen("Mon 4 May 10:00", "reply", {"due": "Mon 4 May 11:30", "elapsed": 2.5, "moved": ()}),
    ),
    _asked(
        "what a miss means is what it meant then",
        provider("Mon 4 May 12:00", AgreementRuled(pinned(promise("resolution", "PT16H"), owe("reply", "PT4H")))),
        Seen("Mon 4 May 12:00", "reply", {"breached": "Mon 4 May 11:30"}),
        Seen("Mon 4 May 12:00", "resolution", {"is_best_effort": True, "state": "paused", "left": 9.5}),
    ),
    _asked(
        "whoever cancels has not answered",
        customer("Mon 4 May 10:00", Moved(State.CANCELLED, answers=True)),
        Seen("Mon 4 May 10:00", "reply", {"state": "void"}),
    ),
    _asked(
        "an answer that becomes known late",
        customer("Mon 4 May 11:00", Commented("The small one"), known="Mon 4 May 13:00"),
        Seen("Mon 4 May 12:00", "reply", {"state": "running", "breached": "Mon 4 May 11:30"}),
        Seen("Mon 4 May 12:00", "resolution", {"is_best_effort": True, "elapsed": 6.5}),
        Seen("Mon 4 May 13:00", "reply", {"state": "met", "breached": None}),
        Seen("Mon 4 May 13:00", "resolution", {"is_best_effort": False, "elapsed": 8.5}),
    ),
)


def _delivered(name: str, end: Did, *seen: Seen) -> Story:
    """Delivered on Tuesday 28 April at 12: five days are 29, 30 April, 4, 5 and 6 May."""
    terms = pinned(FIVE_DAYS, owe("acceptance", "P5D"))
    return Story(name, terms, (asks("Mon 27 Apr 09:00"), provider("Tue 28 Apr 12:00", State.FULFILLED), end), seen)


ACCEPTANCES = (
    _delivered(
        "accepted in time",
        customer("Wed 6 May 12:00", State.CLOSED),
        Seen("Tue 28 Apr 12:00", "acceptance", {"due": "Wed 6 May 12:00", "target": 40, "state": "running"}),
        Seen("Wed 6 May 12:00", "acceptance", {"state": "met"}),
    ),
    _delivered(
        "an acceptance lapses",
        Did("Wed 6 May 12:00", Side.SYSTEM, LAPSE),
        Seen("Wed 6 May 12:00", "acceptance", {"state": "missed", "breached": "Wed 6 May 12:00"}),
    ),
    _delivered(
        "reopened by the customer",
        customer("Mon 4 May 12:00", State.IN_PROGRESS),
        Seen("Mon 4 May 12:00", "acceptance", {"state": "met", "round": 1}),
        Seen("Mon 4 May 12:00", "resolution", {"due": "Mon 11 May 12:00", "round": 2}, cycle=2),
    ),
    _delivered(
        "reopened by the provider",
        provider("Mon 4 May 12:00", State.IN_PROGRESS),
        Seen("Mon 4 May 12:00", "acceptance", {"state": "void"}),
    ),
)

REQUESTS = (
    # Complete as far as the form goes; on Tuesday it turns out that the size lacks.
    Story(
        "returned as incomplete",
        pinned(FIVE_DAYS, owe("completeness", effect=Effect.BEST_EFFORT), owe("reply", "PT4H")),
        (
            asks("Mon 20 Apr 09:00"),
            provider("Tue 21 Apr 10:00", INCOMPLETE),
            customer("Tue 21 Apr 12:00", Amended({"fields": {"size": "small"}})),
            provider("Wed 22 Apr 10:00", replace(INCOMPLETE, lacking=("/fields/room",))),
        ),
        (
            Seen("Wed 22 Apr 10:00", "completeness", {"breached": "Tue 21 Apr 10:00", "observed": ["/fields/size"]}),
            Seen("Wed 22 Apr 10:00", "reply", {"state": "met", "elapsed": 2}),
            Seen("Wed 22 Apr 10:00", "reply", {"due": "Wed 22 Apr 14:00"}, cycle=2),
            Seen("Mon 20 Apr 09:00", "completeness", {"state": "met", "observed": []}),
            Seen("Mon 20 Apr 09:00", "resolution", {"is_best_effort": False}),
            Seen("Tue 21 Apr 10:00", "completeness", {"state": "missed", "breached": "Tue 21 Apr 10:00"}),
            Seen("Tue 21 Apr 10:00", "completeness", {"observed": ["/fields/size"]}),
            Seen("Tue 21 Apr 10:00", "reply", {"due": "Tue 21 Apr 14:00"}),
            Seen("Tue 21 Apr 10:00", "resolution", {"is_best_effort": True, "state": "paused"}),
        ),
    ),
    # Nobody has approved it yet: the provider's question takes it out of the approval, complete as it came.
    Story(
        "returned as incomplete before anybody approved it",
        pinned(owe("completeness")),
        (asks("Mon 20 Apr 09:00", needs_approval=True), provider("Tue 21 Apr 10:00", INCOMPLETE)),
        (Seen("Tue 21 Apr 10:00", "completeness", {"state": "missed", "observed": ["/fields/size"]}),),
    ),
    Story(
        "incomplete from the beginning, and over the quota",
        pinned(FIVE_DAYS, owe("completeness"), owe("quota", effect=Effect.BEST_EFFORT)),
        (asks("Mon 20 Apr 09:00", missing=("/fields/size",), quota_promised=3, quota_observed=4),),
        (
            Seen("Mon 20 Apr 09:00", "completeness", {"state": "missed", "observed": ["/fields/size"]}),
            Seen("Mon 20 Apr 09:00", "quota", {"state": "missed", "promised": 3, "observed": 4}),
            Seen("Mon 20 Apr 09:00", "resolution", {"is_best_effort": True}),
        ),
    ),
    Story(
        "the last of the quota",
        pinned(owe("quota")),
        (asks("Mon 20 Apr 09:00", quota_promised=3, quota_observed=3),),
        (Seen("Mon 20 Apr 09:00", "quota", {"state": "met"}),),
    ),
)
STORIES = (*NOTICES, *REPLIES, *ACCEPTANCES, *REQUESTS)
