"""Links: nobody makes one but us, and one is good for its invitation alone."""

import string
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feedback.invitations.rules.links import PAGE_LIFE, Links
from services.feedback.invitations.rules.standing import InvitationExpired, LinkUnknown
from tests.feedback.told import A_MONDAY

LINKS = Links("a secret of a test, 32 characters", "https://acuerdo.example/")
INVITATION, END = UUID(int=7), A_MONDAY + timedelta(days=14)
TOKEN = LINKS.token(INVITATION, END)
ALPHABET = string.ascii_letters + string.digits + "-_"


def refused(token: str, links: Links = LINKS) -> bool:
    """Whether a token is none of ours."""
    try:
        links.read(token)
    except LinkUnknown:
        return True
    return False


def test_a_link_says_its_invitation_and_end() -> None:
    assert LINKS.link(INVITATION, END) == f"https://acuerdo.example/answers/{TOKEN}"
    assert LINKS.read(TOKEN) == (INVITATION, END)


def test_no_character_can_be_changed() -> None:
    changed = {TOKEN[:place] + each + TOKEN[place + 1 :] for place in range(len(TOKEN)) for each in ALPHABET}
    assert [token for token in changed if not refused(token)] == [TOKEN]


@given(
    st.text() | st.text(ALPHABET, min_size=50, max_size=60) | st.sampled_from([TOKEN + "=", TOKEN + "A", TOKEN[:-1]])
)
def test_what_we_did_not_make_is_refused(token: str) -> None:
    assert refused(token) == (token != TOKEN)


def test_another_secret_makes_other_links() -> None:
    assert refused(TOKEN, Links("another secret of a test, 32 long", "https://acuerdo.example/"))


def test_a_link_is_over_at_its_end() -> None:
    LINKS.read(TOKEN).check_in_time(END - timedelta(microseconds=1))
    with pytest.raises(InvitationExpired):
        LINKS.read(TOKEN).check_in_time(END)


def test_the_mark_of_a_page_is_good_for_a_day_and_its_invitation_and_is_no_link() -> None:
    mark = LINKS.page_mark(INVITATION, A_MONDAY)
    assert LINKS.is_page_mark(mark, INVITATION, A_MONDAY + PAGE_LIFE - timedelta(seconds=1))
    assert not LINKS.is_page_mark(mark, INVITATION, A_MONDAY + PAGE_LIFE)
    assert not LINKS.is_page_mark(mark, uuid4(), A_MONDAY)
    assert not LINKS.is_page_mark(LINKS.token(INVITATION, A_MONDAY), INVITATION, A_MONDAY)
    assert refused(mark)
