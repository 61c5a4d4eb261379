"""What happens to hand-offs, in any order: offered, answered, asked about, ended, ruled and decided on."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.requests.timeline.decisions import ContestDecided, ExclusionGranted
from services.requests.timeline.facts import (
    Commented,
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
    Submitted,
)
from services.requests.timeline.links import Link
from services.requests.timeline.marking import called_for
from services.requests.timeline.marks import ThresholdFired
from services.requests.timeline.rulings import (
    AgreementRuled,
    CalendarRuled,
    FreezeRuled,
    FreezeWithdrawn,
    Ruling,
)
from services.requests.timeline.vocabulary import Asks, LinkEnd, Restart, Side, Visibility
from tests.requests.timeline.oracle_telling import passed_between, watched_in
from tests.requests.timeline.strategies import (
    CALENDAR_IDS,
    CONTESTED,
    DEPARTMENTS,
    FREEZES,
    RESTARTS,
    submissions,
    terms,
)
from tests.requests.timeline.told_ticket import ToldTicket
from tests.requests.timeline.weeks import instant


class HandedOn(ToldTicket):
    """One ticket of which parts are handed on, and which or of which a part is ruled and decided on."""

    @rule(
        side=st.sampled_from([Side.CUSTOMER, Side.PROVIDER, Side.DEPARTMENT, Side.APPROVER]),
        seen=st.sampled_from(Visibility),
        answers=st.booleans(),
        automatic=st.booleans(),
        department=DEPARTMENTS,
    )
    def somebody_comments(self, side: Side, seen: Visibility, answers: bool, automatic: bool, department: str) -> None:
        acting_for = department if side is Side.DEPARTMENT else None
        self.tell(side, Commented("words", seen, answers), automatic=automatic, department=acting_for)

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), restart=RESTARTS)
    def another_agreement_is_ruled(self, data: st.DataObject, restart: Restart) -> None:
        self.rule_that(AgreementRuled(data.draw(terms()), restart, self._draw_part(data)))

    @precondition(lambda self: self.progress is not None)
    @rule(calendar=st.sampled_from(CALENDAR_IDS), restart=RESTARTS, waits=st.booleans())
    def another_calendar_version_is_ruled(self, calendar: UUID, restart: Restart, waits: bool) -> None:
        """The version in force, or the next one as soon as it is."""
        ahead = [since for since, _ in self.calendars.known[calendar] if since > self.now]
        if ahead and waits:
            self.time_passes(ahead[0] - self.now)
        self.rule_that(CalendarRuled(calendar, self.calendars.version(calendar, self.now), restart))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), freeze=FREEZES, begins=st.integers(-20, 80), lasts=st.integers(1, 40) | st.integers(1, 300))
    def a_freeze_is_ruled(self, data: st.DataObject, freeze: UUID, begins: int, lasts: int) -> None:
        """Before it begins, or (on a ticket that came later) meanwhile."""
        span, link = (instant(self.now + begins), instant(self.now + begins + lasts)), self._draw_part(data)
        self.rule_that(FreezeRuled(freeze, *span, link))
        if self.progress is not None and link is None:
            ahead = self.progress.overlay.ahead(instant(self.now))
            due = [each.fires_at for clock in self.timeline().clocks for each in clock.thresholds if not each.reached]
            assert not [at for at in due for from_, to in ahead if at is not None and from_ < at < to]

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), freeze=FREEZES)
    def a_freeze_is_withdrawn(self, data: st.DataObject, freeze: UUID) -> None:
        self.rule_that(FreezeWithdrawn(freeze, self._draw_part(data)))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), number=st.integers(301, 303), party=CONTESTED, upheld=st.sampled_from([True, True, False]))
    def a_contest_is_decided(self, data: st.DataObject, number: int, party: str, upheld: bool) -> None:
        begins, ends = self._draw_span(data)
        link = self._draw_part(data)
        self.tell(Side.CUSTOMER, ContestDecided(UUID(int=number), upheld, begins, ends, party, link=link))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), number=st.integers(401, 403))
    def an_exclusion_is_granted(self, data: st.DataObject, number: int) -> None:
        self.tell(Side.SYSTEM, ExclusionGranted(UUID(int=number), *self._draw_span(data), self._draw_part(data)))

    def _draw_part(self, data: st.DataObject) -> UUID | None:
        """The ticket itself (None), or one of its links, in whatever state."""
        links = self._links(lambda link: True)
        return data.draw(st.none() | st.sampled_from([link.id for link in links])) if links else None

    def _draw_span(self, data: st.DataObject) -> tuple[datetime, datetime]:
        """A time that is over, as far as there was one."""
        begins = data.draw(st.integers(0, max(0, self.now - 1)))
        return instant(begins), instant(data.draw(st.integers(begins + 1, max(begins + 1, self.now))))

    def rule_that(self, ruling: Ruling) -> None:
        """A ruling undoes no breach and measures no second again; what it passes is marked so."""
        before, known = self.timeline(), self.by_oracle()
        self.tell(Side.PROVIDER, ruling)
        if self.progress and self.progress.latest != self.events[-1].key:
            return
        after, told = self.timeline(), self.by_oracle()
        ruled = {(clock.clock, clock.cycle): clock for clock in after.clocks}
        for clock in before.clocks:
            assert clock.breached_at in (None, ruled[clock.clock, clock.cycle].breached_at)
            restarts = not isinstance(ruling, FreezeRuled | FreezeWithdrawn) and ruling.restart is Restart.RESTART
            assert restarts or ruled[clock.clock, clock.cycle].elapsed == clock.elapsed
        marks = called_for({}, before, after, self.events[-1].id)
        announced = {(m.clock.value, m.cycle, m.percent) for m in marks if isinstance(m, ThresholdFired) and m.passed}
        assert announced & watched_in(known) == passed_between(known, told) & watched_in(known)

    @rule(data=st.data(), department=DEPARTMENTS, wait=st.booleans(), by_department=st.booleans())
    def a_department_takes_over(self, data: st.DataObject, department: str, wait: bool, by_department: bool) -> None:
        known = [link.id for link in self.progress.links] if self.progress else []
        parent = data.draw(st.none() | st.sampled_from(known)) if known else None
        side = Side.DEPARTMENT if by_department else Side.PROVIDER
        self.tell(side, HandOffAccepted(UUID(int=1000 + len(self.events)), department, wait, parent))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), department=DEPARTMENTS, wait=st.booleans(), is_nested=st.booleans(), asked=submissions())
    def a_part_is_offered(
        self, data: st.DataObject, department: str, wait: bool, is_nested: bool, asked: Submitted
    ) -> None:
        """By the provider, or by the holder of another part; under a promise or none."""
        parents = self._links(lambda link: link.is_open) if is_nested else []
        parent = data.draw(st.sampled_from(parents)).id if parents else None
        side = Side.DEPARTMENT if parent else Side.PROVIDER
        offer = HandOffOffered(
            UUID(int=1000 + len(self.events)),
            department,
            wait,
            parent,
            needed_by=asked.needed_by,
            missing=asked.missing,
            quota_promised=asked.quota_promised,
            quota_observed=asked.quota_observed,
            terms=data.draw(st.none() | terms()),
        )
        self.tell(side, offer)

    @rule(data=st.data(), asks=st.sampled_from(Asks), automatic=st.booleans())
    def a_department_asks(self, data: st.DataObject, asks: Asks, automatic: bool) -> None:
        if held := self._links(lambda link: link.is_open):
            link = data.draw(st.sampled_from(held))
            self.tell(Side.DEPARTMENT, HandOffAsked(link.id, "which?", asks), automatic=automatic)

    @rule(data=st.data(), side=st.sampled_from([Side.PROVIDER, Side.CUSTOMER, Side.DEPARTMENT]))
    def a_department_is_answered(self, data: st.DataObject, side: Side) -> None:
        if asking := self._links(lambda link: link.asks is not None):
            self.tell(side, HandOffAnswered(data.draw(st.sampled_from(asking)).id, "this one"))

    @rule(data=st.data(), end=st.none() | st.sampled_from([LinkEnd.BOUNCED, LinkEnd.WITHDRAWN, LinkEnd.LAPSED]))
    def an_offer_is_answered(self, data: st.DataObject, end: LinkEnd | None) -> None:
        if offers := self._links(lambda link: link.is_offered):
            link = data.draw(st.sampled_from(offers))
            ended = HandOffEnded(link.id, end) if end else HandOffAccepted(link.id, link.department)
            self.tell(Side.PROVIDER if end is LinkEnd.WITHDRAWN else Side.DEPARTMENT, ended)

    @rule(data=st.data(), end=st.sampled_from(LinkEnd))
    def a_hand_off_ends(self, data: st.DataObject, end: LinkEnd) -> None:
        if links := self._links(lambda link: True):
            self.tell(Side.PROVIDER, HandOffEnded(data.draw(st.sampled_from(links)).id, end))

    def _links(self, wanted: Callable[[Link], bool]) -> list[Link]:
        return [link for link in self.progress.links if wanted(link)] if self.progress else []
