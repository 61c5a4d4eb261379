"""Stories of what the provider promised, every number computed by hand from the calendar in `madrid`."""

from uuid import UUID

from services.requests.timeline.facts import Commented, HandOffAccepted, Moved, PriorityProposed, Reported
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, PriorityRuled
from services.requests.timeline.vocabulary import Restart, State
from tests.requests.timeline.madrid import (
    ALWAYS,
    LEARNS,
    QUESTION,
    Seen,
    Story,
    asks,
    customer,
    owe,
    pinned,
    promise,
    provider,
    system,
)

WAITS_ON_OTHERS = Moved(State.WAITING_ON_THIRD_PARTY, third_party="Dell")
FIVE_DAYS = promise("resolution", "P5D")


def _ruled(name: str, ruling: PriorityRuled, **says: object) -> Story:
    """40 hours from Monday at 9; by Wednesday at 10 two days and an hour are used: 17 hours."""
    did = (asks("Mon 20 Apr 09:00"), provider("Wed 22 Apr 10:00", ruling))
    return Story(name, pinned(FIVE_DAYS), did, (Seen("Wed 22 Apr 10:00", "resolution", dict(says)),))


def _to(duration: str, restart: Restart = Restart.KEEP) -> PriorityRuled:
    return PriorityRuled("urgent", (promise("resolution", duration),), restart)


LENGTHS = (
    # 21, 22, 23, 24 and 27 April, at the time of day it began.
    Story(
        "five working days",
        pinned(FIVE_DAYS),
        (asks("Mon 20 Apr 10:30"), provider("Mon 27 Apr 10:30", State.FULFILLED)),
        (
            Seen("Mon 20 Apr 10:30", "resolution", {"due": "Mon 27 Apr 10:30", "target": 40, "state": "running"}),
            Seen("Thu 30 Apr 10:30", "resolution", {"state": "met", "elapsed": 40, "breached": None}),
        ),
    ),
    # 29 and 30 April, 4, 5 and 6 May: the Friday is a holiday. Half is 20 hours: 2 + 8 + 8, and 2 on Monday.
    Story(
        "five working days over a public holiday",
        pinned(FIVE_DAYS),
        (asks("Tue 28 Apr 16:00"), provider("Wed 6 May 16:15", State.FULFILLED)),
        (
            Seen(
                "Sat 2 May 12:00",
                "resolution",
                {"due": "Wed 6 May 16:00", "elapsed": 18, "left": 22, "fires": {50: "Mon 4 May 11:00"}},
            ),
            Seen("Thu 7 May 09:00", "resolution", {"state": "missed", "breached": "Wed 6 May 16:00"}),
        ),
    ),
    # At 20:00 nobody works: the day it counts from is Wednesday 29 to `same_time`, Tuesday 28 to `end_of_day`.
    Story(
        "asked in the evening, due by the time of day",
        pinned(FIVE_DAYS),
        (asks("Tue 28 Apr 20:00"),),
        (Seen("Tue 28 Apr 20:00", "resolution", {"due": "Thu 7 May 09:00", "target": 40}),),
    ),
    Story(
        "asked in the evening, due by the end of the day",
        pinned(promise("resolution", "P5D", end_of_day=True)),
        (asks("Tue 28 Apr 20:00"),),
        (Seen("Tue 28 Apr 20:00", "resolution", {"due": "Wed 6 May 18:00", "target": 40}),),
    ),
    # Saturday has 24 hours, Sunday 23: 24 hours end at 13:00 on the wall, a day at 12:00.
    Story(
        "around the clock when the clocks change",
        pinned(promise("resolution", "PT24H", ALWAYS), promise("first_response", "P1D", ALWAYS)),
        (asks("Sat 28 Mar 12:00"),),
        (
            Seen("Sat 28 Mar 12:00", "resolution", {"due": "Sun 29 Mar 13:00", "target": 24}),
            Seen("Sun 29 Mar 12:00", "first_response", {"due": "Sun 29 Mar 12:00", "target": 23, "left": 0}),
        ),
    ),
    # 5 + 3 hours on Wednesday 1 April; Easter; 5 and 1 on Monday. Dell's Tuesday does not count where it is agreed.
    Story(
        "a third party pauses where it is agreed, a hand-off never",
        pinned(promise("resolution", "PT16H", third_party_pauses=True)),
        (
            asks("Wed 1 Apr 09:00"),
            provider("Mon 6 Apr 16:00", WAITS_ON_OTHERS),
            provider("Wed 8 Apr 09:00", State.IN_PROGRESS),
            provider("Wed 8 Apr 10:00", HandOffAccepted(UUID(int=9), "NET")),
        ),
        (
            Seen("Tue 7 Apr 12:00", "resolution", {"state": "paused", "due": None, "elapsed": 14, "left": 2}),
            Seen("Wed 8 Apr 10:30", "resolution", {"state": "running", "due": "Wed 8 Apr 11:00", "elapsed": 15.5}),
        ),
    ),
)

UPDATES = (
    # One day from each reply. The question of Tuesday at 15 is one; until 17 the customer has the word, from Wednesday
    # 16 to Thursday 10 Dell: 2 hours, and 2 + 1. The last promise is of Wednesday 15, 5 paused hours later.
    Story(
        "updates",
        pinned(promise("update", "P1D"), promise("resolution", "P5D")),
        (
            asks("Mon 20 Apr 09:00"),
            provider("Mon 20 Apr 12:00", Commented("On it")),
            provider("Tue 21 Apr 11:00", Commented("Ordered")),
            provider("Tue 21 Apr 15:00", QUESTION),
            customer("Tue 21 Apr 17:00", Commented("The small one")),
            provider("Wed 22 Apr 16:00", WAITS_ON_OTHERS),
            provider("Thu 23 Apr 10:00", State.IN_PROGRESS),
            provider("Thu 23 Apr 12:15", State.FULFILLED),
        ),
        (
            Seen("Mon 20 Apr 12:00", "update", {"due": "Tue 21 Apr 12:00", "round": 1}),
            Seen("Tue 21 Apr 11:00", "update", {"state": "met", "elapsed": 7, "end": "Tue 21 Apr 11:00"}),
            Seen("Tue 21 Apr 15:00", "update", {"state": "met", "elapsed": 3}, cycle=2),
            Seen("Tue 21 Apr 16:00", "update", {"state": "paused", "left": 8}, cycle=3),
            Seen("Wed 22 Apr 10:00", "update", {"state": "running", "due": "Wed 22 Apr 17:00"}, cycle=3),
            Seen("Wed 22 Apr 17:00", "update", {"state": "paused", "due": None, "left": 1}, cycle=3),
            Seen("Thu 23 Apr 10:00", "update", {"due": "Thu 23 Apr 11:00"}, cycle=3),
            Seen("Thu 23 Apr 13:00", "update", {"state": "missed", "breached": "Thu 23 Apr 11:00"}, cycle=3),
        ),
    ),
    # Monday 4 May: 2 hours before lunch, 3 after it, 3 on Tuesday.
    Story(
        "a reopening has its own length",
        pinned(promise("resolution", "PT16H", reopened="PT8H"), promise("update", "P1D")),
        (
            asks("Tue 28 Apr 09:00"),
            provider("Wed 29 Apr 18:00", State.FULFILLED),
            customer("Mon 4 May 12:00", State.IN_PROGRESS),
            provider("Mon 4 May 16:00", Commented("Again?")),
        ),
        (
            Seen("Mon 4 May 16:00", "resolution", {"state": "met", "elapsed": 16, "due": "Wed 29 Apr 18:00"}),
            Seen("Mon 4 May 16:00", "resolution", {"due": "Tue 5 May 12:00", "target": 8, "round": 2}, cycle=2),
            Seen("Mon 4 May 16:00", "update", {"due": "Tue 5 May 16:00", "round": 2}),
        ),
    ),
    # Breached on Monday at 12; that it was done on Thursday becomes known only then.
    Story(
        "a late fact undoes a breach",
        pinned(promise("resolution", "PT9H")),
        (
            asks("Thu 30 Apr 11:00"),
            system("Thu 30 Apr 17:30", Reported(State.FULFILLED), known="Mon 4 May 13:00"),
        ),
        (
            Seen("Mon 4 May 12:15", "resolution", {"state": "running", "breached": "Mon 4 May 12:00"}),
            Seen("Mon 4 May 13:00", "resolution", {"state": "met", "breached": None, "elapsed": 5.5}),
        ),
    ),
)

PRIORITIES = (
    _ruled(
        "a priority that leaves nothing",
        _to("PT16H"),
        breached="Wed 22 Apr 10:00",
        due="Wed 22 Apr 10:00",
        left=0,
        passed={50, 75},
        fires={50: "Wed 22 Apr 10:00", 75: "Wed 22 Apr 10:00", 100: "Wed 22 Apr 10:00"},
    ),
    _ruled("exactly what was used leaves nothing", _to("PT17H"), breached="Wed 22 Apr 10:00", left=0),
    # 7 hours on Wednesday and 8 on Thursday. Half (16) is passed, three quarters (24) need all of Wednesday.
    _ruled(
        "a priority that leaves fifteen hours",
        _to("PT32H"),
        due="Thu 23 Apr 18:00",
        left=15,
        breached=None,
        passed={50},
        fires={50: "Wed 22 Apr 10:00", 75: "Wed 22 Apr 18:00", 100: "Thu 23 Apr 18:00"},
    ),
    _ruled("three days instead of five", _to("P3D"), target=24, left=7, due="Wed 22 Apr 18:00"),
    _ruled("a slower priority", _to("P10D"), target=80, left=63, due="Mon 4 May 18:00", passed=set()),
    # 7 on Wednesday, 8 on Thursday, 1 on Friday.
    _ruled(
        "a priority that begins anew",
        _to("PT16H", Restart.RESTART),
        elapsed=0,
        left=16,
        due="Fri 24 Apr 10:00",
        fires={50: "Thu 23 Apr 10:00", 75: "Thu 23 Apr 14:00", 100: "Fri 24 Apr 10:00"},
    ),
    _ruled("two days from now", _to("P2D", Restart.RESTART), elapsed=0, target=16, due="Fri 24 Apr 10:00"),
    # A day to its end was 7 + 8 hours from Wednesday at 10, where it began anew; by Thursday at 10 it has used 7 + 1.
    Story(
        "anew, and then another length",
        pinned(FIVE_DAYS),
        (
            asks("Mon 20 Apr 09:00"),
            provider("Wed 22 Apr 10:00", _to("PT40H", Restart.RESTART)),
            provider("Thu 23 Apr 10:00", PriorityRuled("high", (promise("resolution", "P1D", end_of_day=True),))),
        ),
        (Seen("Thu 23 Apr 10:00", "resolution", {"target": 15, "elapsed": 8, "due": "Thu 23 Apr 18:00"}),),
    ),
    # Whoever asks for another priority has looked at the ticket.
    Story(
        "to propose a priority is an act",
        pinned(promise("acknowledge", "PT4H")),
        (asks("Mon 20 Apr 09:00"), provider("Mon 20 Apr 11:00", PriorityProposed("low"))),
        (Seen("Mon 20 Apr 16:00", "acknowledge", {"state": "met", "end": "Mon 20 Apr 11:00", "elapsed": 2}),),
    ),
    # Half of 16 hours was reached on Monday at 18:00 and stays so, though 17 hours are less than half of 40.
    Story(
        "a clock that was breached stays so",
        pinned(promise("resolution", "PT16H")),
        (asks("Mon 20 Apr 09:00"), provider("Wed 22 Apr 10:00", _to("P5D", Restart.RESTART))),
        (
            Seen(
                "Thu 23 Apr 10:00",
                "resolution",
                {"breached": "Tue 21 Apr 18:00", "due": "Tue 21 Apr 18:00", "left": 0, "state": "running"},
            ),
            Seen("Thu 23 Apr 10:00", "resolution", {"fires": {50: "Mon 20 Apr 18:00", 75: "Tue 21 Apr 13:00"}}),
        ),
    ),
)

RULED = (
    # Used by Wednesday 29 at 10: 2 + 1. Left 37: 7, 8 on Thursday, then 8, 8 and on Wednesday 6 May 5 + 1.
    Story(
        "a holiday is added while it runs",
        pinned(promise("resolution", "P5D", LEARNS)),
        (asks("Tue 28 Apr 16:00"), system("Wed 29 Apr 10:00", CalendarRuled(LEARNS, 2))),
        (
            Seen("Wed 29 Apr 09:45", "resolution", {"due": "Tue 5 May 16:00", "target": 40}),
            Seen(
                "Wed 29 Apr 10:00",
                "resolution",
                {
                    "due": "Wed 6 May 16:00",
                    "target": 40,
                    "elapsed": 3,
                    "moved": (("Wed 29 Apr 10:00", "Tue 5 May 16:00", "Wed 6 May 16:00", "calendar"),),
                },
            ),
        ),
    ),
    # Used by the question: 2. Left 38 from Monday 4 May: 8, 8, 8, 8, and 6 on Friday.
    Story(
        "a holiday is added while it waits",
        pinned(promise("resolution", "P5D", LEARNS)),
        (
            asks("Tue 28 Apr 16:00"),
            provider("Wed 29 Apr 09:00", QUESTION),
            system("Wed 29 Apr 10:00", CalendarRuled(LEARNS, 2)),
            customer("Mon 4 May 09:00", Commented("The small one")),
        ),
        (
            Seen("Thu 30 Apr 12:00", "resolution", {"state": "paused", "due": None, "left": 38, "elapsed": 2}),
            Seen("Mon 4 May 09:00", "resolution", {"state": "running", "due": "Fri 8 May 16:00"}),
        ),
    ),
    # 30 April, 4, 5, 6 and 7 May.
    Story(
        "a holiday is added and all begins anew",
        pinned(promise("resolution", "P5D", LEARNS)),
        (asks("Tue 28 Apr 16:00"), system("Wed 29 Apr 10:00", CalendarRuled(LEARNS, 2, Restart.RESTART))),
        (Seen("Wed 29 Apr 10:00", "resolution", {"due": "Thu 7 May 10:00", "target": 40, "elapsed": 0}),),
    ),
    # What is new starts at the ruling: 4 hours before lunch. What is not promised any more is void.
    Story(
        "an agreement reaches an open ticket",
        pinned(promise("resolution", "P5D"), promise("acknowledge", "P5D")),
        (
            asks("Mon 20 Apr 09:00"),
            provider(
                "Wed 22 Apr 10:00",
                AgreementRuled(
                    pinned(promise("resolution", "P3D"), promise("first_response", "PT4H"), owe("reply", "PT4H"))
                ),
            ),
        ),
        (
            Seen("Wed 22 Apr 11:00", "resolution", {"target": 24, "due": "Wed 22 Apr 18:00", "elapsed": 18}),
            Seen("Wed 22 Apr 11:00", "first_response", {"due": "Wed 22 Apr 14:00", "start": "Wed 22 Apr 10:00"}),
            Seen("Wed 22 Apr 11:00", "acknowledge", {"state": "void", "end": "Wed 22 Apr 10:00"}),
        ),
    ),
)
STORIES = (*LENGTHS, *UPDATES, *PRIORITIES, *RULED)
