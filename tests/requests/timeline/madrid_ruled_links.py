"""A story of a hand-off in Madrid that is frozen, promised anew, and decided on: every line computed by hand.

IT hands a part on to NET. What these two freeze and agree, and what they settle afterwards, is the part's alone; the
ticket has another priority meanwhile, which is none of the part's.
"""

from uuid import UUID

from services.requests.timeline.decisions import ContestDecided, ExclusionGranted
from services.requests.timeline.facts import HandOffAccepted, HandOffEnded, HandOffOffered
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.rulings import AgreementRuled, FreezeRuled, PriorityRuled
from services.requests.timeline.vocabulary import Side, State
from tests.requests.timeline.madrid import OFFICE, Did, Seen, Story, asks, local, pinned, promise, provider, system

NET, FREEZE, CONTEST, EXCLUSION = UUID(int=501), UUID(int=601), UUID(int=602), UUID(int=603)
TERMS = pinned(promise("resolution", "P5D"))
OF_NET = PinnedTerms("NET", OFFICE, (promise("acknowledge", "PT4H"), promise("resolution", "PT16H")))
LONGER = PinnedTerms("NET", OFFICE, (promise("acknowledge", "PT4H"), promise("resolution", "PT20H")))

STORY = Story(
    "a hand-off that is ruled on",
    TERMS,
    (
        asks("Mon 20 Apr 09:00"),
        provider("Mon 20 Apr 10:00", HandOffOffered(NET, "NET", terms=OF_NET)),
        Did("Mon 20 Apr 12:00", Side.DEPARTMENT, HandOffAccepted(NET, "NET")),
        system("Mon 20 Apr 17:00", FreezeRuled(FREEZE, local("Tue 21 Apr 09:00"), local("Tue 21 Apr 13:00"), link=NET)),
        system("Tue 21 Apr 16:00", AgreementRuled(LONGER, link=NET)),
        provider("Wed 22 Apr 10:00", PriorityRuled("high", (promise("resolution", "PT30H"),))),
        Did("Fri 24 Apr 10:00", Side.DEPARTMENT, HandOffEnded(NET)),
        provider("Fri 24 Apr 12:00", State.FULFILLED),
        system(
            "Mon 27 Apr 10:00",
            ExclusionGranted(EXCLUSION, local("Wed 22 Apr 09:00"), local("Wed 22 Apr 14:00"), NET),
        ),
        Did(
            "Mon 27 Apr 11:00",
            Side.CUSTOMER,
            ContestDecided(CONTEST, True, local("Thu 23 Apr 09:00"), local("Thu 23 Apr 12:00"), "customer", link=NET),
        ),
    ),
    (),
)
END = "Mon 27 Apr 12:00"

LEDGERS = {
    None: [
        "Mon 09:00 provider submitted",
        "Mon 10:00 provider offered:NET",
        "Mon 12:00 department:NET handed_off",
        "Fri 10:00 provider in_progress",
        "Fri 12:00 customer fulfilled",
        "Mon 12:00",
    ],
    NET: [
        "Mon 10:00 provider submitted",
        "Mon 12:00 provider accepted",
        f"Tue 09:00 excluded freeze:{FREEZE}",
        "Tue 13:00 provider accepted",
        "Fri 10:00",
    ],
}
AFTER = [
    "Mon 10:00 provider submitted",
    "Mon 12:00 provider accepted",
    f"Tue 09:00 excluded freeze:{FREEZE}",
    "Tue 13:00 provider accepted",
    f"Wed 09:00 excluded exclusion:{EXCLUSION}",
    "Wed 14:00 provider accepted",
    f"Thu 09:00 customer contest:{CONTEST}",
    "Thu 12:00 provider accepted",
    "Fri 10:00",
]
"""The ledger of the part with what was decided; the ticket's stays as it is."""

SEEN = (
    # 16 hours from Monday at 12: five of Monday, eight of Tuesday, three of Wednesday.
    (NET, Seen("Mon 20 Apr 16:00", "resolution", {"due": "Wed 22 Apr 12:00", "state": "running", "elapsed": 3})),
    # Four hours of Tuesday are frozen: 12 to 14 and 15 to 17 on Wednesday instead.
    (NET, Seen("Mon 20 Apr 18:00", "resolution", {"due": "Wed 22 Apr 17:00", "state": "running", "elapsed": 5})),
    (NET, Seen("Tue 21 Apr 11:00", "resolution", {"due": "Wed 22 Apr 17:00", "state": "paused", "elapsed": 5})),
    # Seven of twenty hours by Tuesday at 16: thirteen more are two of Tuesday, eight of Wednesday, three of Thursday.
    (NET, Seen("Tue 21 Apr 17:00", "resolution", {"due": "Thu 23 Apr 12:00", "elapsed": 8, "left": 12})),
    (NET, Seen("Wed 22 Apr 11:00", "resolution", {"due": "Thu 23 Apr 12:00", "elapsed": 11, "left": 9})),
    (NET, Seen(END, "resolution", {"state": "missed", "breached": "Thu 23 Apr 12:00", "elapsed": 26})),
    # The ticket: five days, then 30 hours, of which 17 are gone; 7 more on Wednesday, 5 and 1 on Thursday.
    (None, Seen("Wed 22 Apr 09:00", "resolution", {"due": "Mon 27 Apr 09:00", "state": "running", "elapsed": 16})),
    (None, Seen("Wed 22 Apr 11:00", "resolution", {"due": "Thu 23 Apr 16:00", "state": "running", "elapsed": 18})),
    (None, Seen(END, "resolution", {"state": "missed", "breached": "Thu 23 Apr 16:00"})),
)
SEEN_AFTER = Seen(END, "resolution", {"state": "met", "breached": None, "elapsed": 18, "due": "Fri 24 Apr 12:00"})
"""Five hours of Wednesday and three of Thursday are left out: from Thursday at 12 on to Friday at 12."""
