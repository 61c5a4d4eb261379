"""A story of hand-offs in Madrid, one nested and one beside it: every line and due time computed by hand.

IT hands a part on to NET, NET a piece of that to LAW, which asks; and IT another part to OPS.
"""

from uuid import UUID

from services.requests.timeline.facts import (
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
)
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.vocabulary import Side, State
from tests.requests.timeline.madrid import OFFICE, Did, Seen, Story, asks, owe, pinned, promise, provider

NET, LAW, OPS = UUID(int=501), UUID(int=502), UUID(int=503)
TERMS = pinned(promise("resolution", "P5D"))
OF_NET = PinnedTerms("NET", OFFICE, (promise("acknowledge", "PT4H"), promise("resolution", "PT16H")))
OF_LAW = PinnedTerms("LAW", OFFICE, (promise("resolution", "PT8H"),), obligations=(owe("reply", "PT2H"),))


def _by(when: str, what: HandOffOffered | HandOffAccepted | HandOffAsked | HandOffAnswered | HandOffEnded) -> Did:
    return Did(when, Side.DEPARTMENT, what)


STORY = Story(
    "hand-offs",
    TERMS,
    (
        asks("Mon 20 Apr 09:00"),
        provider("Mon 20 Apr 10:00", HandOffOffered(NET, "NET", terms=OF_NET)),
        _by("Mon 20 Apr 12:00", HandOffAccepted(NET, "NET")),
        _by("Mon 20 Apr 16:00", HandOffOffered(LAW, "LAW", parent=NET, terms=OF_LAW)),
        _by("Tue 21 Apr 09:00", HandOffAccepted(LAW, "LAW")),
        provider("Tue 21 Apr 10:00", HandOffOffered(OPS, "OPS")),
        _by("Tue 21 Apr 11:00", HandOffAccepted(OPS, "OPS")),
        _by("Tue 21 Apr 13:00", HandOffAsked(LAW, "Which clause?")),
        _by("Tue 21 Apr 16:00", HandOffAnswered(LAW, "The third")),
        _by("Wed 22 Apr 10:00", HandOffEnded(LAW)),
        _by("Wed 22 Apr 12:00", HandOffEnded(NET)),
        _by("Thu 23 Apr 09:00", HandOffEnded(OPS)),
        provider("Thu 23 Apr 12:00", State.FULFILLED),
    ),
    (),
)
END = "Fri 24 Apr 09:00"

LEDGERS = {
    None: [
        "Mon 09:00 provider submitted",
        "Mon 10:00 provider offered:NET",
        "Mon 12:00 department:NET handed_off",
        "Tue 09:00 department:LAW handed_off",
        "Tue 11:00 department:LAW handed_off +department:OPS",
        "Wed 10:00 department:NET handed_off +department:OPS",
        "Wed 12:00 department:OPS handed_off",
        "Thu 09:00 provider in_progress",
        "Thu 12:00 customer fulfilled",
        "Fri 09:00",
    ],
    NET: [
        "Mon 10:00 provider submitted",
        "Mon 12:00 provider accepted",
        "Mon 16:00 provider offered:LAW",
        "Tue 09:00 department:LAW handed_off",
        "Wed 10:00 provider in_progress",
        "Wed 12:00",
    ],
    LAW: [
        "Mon 16:00 provider submitted",
        "Tue 09:00 provider accepted",
        "Tue 13:00 customer asked:provider",
        "Tue 16:00 provider accepted",
        "Wed 10:00",
    ],
    OPS: ["Tue 10:00 provider submitted", "Tue 11:00 provider accepted", "Thu 09:00"],
}
"""Each with the instant at which it ends; None is the ticket's."""

SEEN = (
    # Monday 10 to 14.
    (NET, Seen("Mon 20 Apr 11:00", "acknowledge", {"due": "Mon 20 Apr 14:00", "state": "running", "elapsed": 1})),
    (NET, Seen("Tue 21 Apr 12:00", "acknowledge", {"state": "met", "elapsed": 2, "end": "Mon 20 Apr 12:00"})),
    # 5 hours of Monday, 8 of Tuesday, 3 of Wednesday; returned on the very instant.
    (NET, Seen("Tue 21 Apr 18:00", "resolution", {"due": "Wed 22 Apr 12:00", "elapsed": 13, "left": 3})),
    (NET, Seen(END, "resolution", {"state": "met", "elapsed": 16, "start": "Mon 20 Apr 12:00"})),
    # 8 hours end on Tuesday at 18; from 13 to 16 there are 2 hours of work, in which it waited.
    (LAW, Seen("Tue 21 Apr 15:00", "resolution", {"state": "paused", "due": None, "elapsed": 4, "left": 4})),
    (LAW, Seen("Tue 21 Apr 17:00", "resolution", {"state": "running", "due": "Wed 22 Apr 11:00", "elapsed": 5})),
    (LAW, Seen(END, "resolution", {"state": "met", "elapsed": 7, "end": "Wed 22 Apr 10:00"})),
    (LAW, Seen("Tue 21 Apr 15:30", "reply", {"due": "Tue 21 Apr 16:00", "state": "running", "elapsed": 1.5})),
    (LAW, Seen(END, "reply", {"state": "met", "elapsed": 2})),
    # The outer provider promised the whole: five days from Monday at 9, whoever holds it.
    (None, Seen("Wed 22 Apr 12:00", "resolution", {"due": "Mon 27 Apr 09:00", "state": "running", "elapsed": 19})),
    (None, Seen(END, "resolution", {"state": "met", "elapsed": 27})),
)
