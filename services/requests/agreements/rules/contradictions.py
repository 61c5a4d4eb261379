"""What contradicts itself in a proposal, each with a pointer to the row: nobody can sign what nobody can keep."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from uuid import UUID

from services.requests.agreements.rules.content import (
    AgreedClock,
    AgreementContent,
    Escalation,
    Obligation,
    ObligationClock,
    chosen_targets,
)
from services.requests.agreements.rules.sound_stages import STAGE_PROBLEMS, check_stages
from services.requests.catalogue.rules import (
    DuplicateTarget,
    OnlyForResolution,
    TargetPriority,
    TargetsContradict,
    check_lengths,
)
from services.requests.timeline.vocabulary import Effect
from services.shared.language import Texts
from services.shared.problems import Conflict, Problem

LONGEST_AGO = timedelta(days=366)
FARTHEST_AHEAD = timedelta(days=3660)
_NEEDED: dict[ObligationClock, frozenset[str]] = {
    ObligationClock.NOTICE: frozenset({"duration"}),
    ObligationClock.REPLY: frozenset({"duration"}),
    ObligationClock.ACCEPTANCE: frozenset({"duration"}),
    ObligationClock.COMPLETENESS: frozenset(),
    ObligationClock.QUOTA: frozenset({"limit", "period"}),
}


class OwnProvider(Conflict):
    code = "own_provider"
    detail = Texts(
        "A department promises another one: customer and provider are the same here.",
        "Un departamento se compromete con otro: aquí cliente y proveedor son el mismo.",
    )


class DuplicateOffering(Conflict):
    code = "duplicate_offering"
    detail = Texts("The offering {offering_id} is named twice.", "La oferta {offering_id} aparece dos veces.")


class DuplicateObligation(Conflict):
    code = "duplicate_obligation"
    detail = Texts("The obligation {clock} is given twice.", "La obligación {clock} aparece dos veces.")


class DuplicateEscalation(Conflict):
    code = "duplicate_escalation"
    detail = Texts(
        "What happens at {percent} % of {clock} is given twice.",
        "Lo que ocurre al {percent} % de {clock} aparece dos veces.",
    )


class TargetOfOtherOffering(Conflict):
    code = "target_of_other_offering"
    detail = Texts(
        "This target is for the offering {offering_id}, which the agreement does not cover.",
        "Este objetivo es para la oferta {offering_id}, que el acuerdo no cubre.",
    )


class ObligationNeeds(Conflict):
    code = "obligation_needs"
    detail = Texts("The obligation {clock} needs {field}.", "La obligación {clock} necesita {field}.")


class ObligationHasNo(Conflict):
    code = "obligation_has_no"
    detail = Texts("The obligation {clock} has no {field}.", "La obligación {clock} no tiene {field}.")


class OnlyNoticeExtends(Conflict):
    code = "only_notice_extends"
    detail = Texts(
        "Only a missed notice can extend the resolution, by what it lacked; {clock} cannot.",
        "Solo un preaviso incumplido puede ampliar resolution, en lo que faltó; {clock} no puede.",
    )


class NothingToEscalate(Conflict):
    code = "nothing_to_escalate"
    detail = Texts(
        "This is about {clock}, which the agreement does not promise.",
        "Esto trata de {clock}, que el acuerdo no compromete.",
    )


class EffectiveFromOutside(Conflict):
    code = "effective_from_outside"
    detail = Texts(
        "An agreement begins between {first} and {last}.", "Un acuerdo empieza entre el {first} y el {last}."
    )


class DatesOutOfOrder(Conflict):
    code = "dates_out_of_order"
    detail = Texts(
        "{field} has to lie after effective_from, {effective_from}.",
        "{field} ha de ser posterior a effective_from, {effective_from}.",
    )


CONTENT_PROBLEMS: tuple[type[Problem], ...] = (
    OwnProvider,
    DuplicateOffering,
    DuplicateTarget,
    OnlyForResolution,
    TargetOfOtherOffering,
    TargetsContradict,
    DuplicateObligation,
    ObligationNeeds,
    ObligationHasNo,
    OnlyNoticeExtends,
    DuplicateEscalation,
    NothingToEscalate,
    EffectiveFromOutside,
    DatesOutOfOrder,
    *STAGE_PROBLEMS,
)
"""What a route that takes an agreement's version lists among its problems."""


def check_content(content: AgreementContent, today: date) -> None:
    """One of CONTENT_PROBLEMS, with a pointer to the field, where the content contradicts itself."""
    if content.customer_department_id == content.provider_department_id:
        raise OwnProvider(pointer="/provider_department_id")
    _check_offerings(content.offering_ids)
    _check_targets(content)
    _check_obligations(content.obligations)
    _check_escalations(content)
    _check_dates(content, today)
    check_stages(content)


def _check_offerings(offering_ids: Sequence[UUID]) -> None:
    for place, offering_id in enumerate(offering_ids):
        if offering_id in offering_ids[:place]:
            raise DuplicateOffering(pointer=f"/offering_ids/{place}", offering_id=offering_id)


def _check_targets(content: AgreementContent) -> None:
    seen: set[tuple[AgreedClock, TargetPriority | None, UUID | None]] = set()
    for place, target in enumerate(content.targets):
        pointer = f"/targets/{place}"
        key = (target.clock, target.priority, target.offering_id)
        if key in seen:
            raise DuplicateTarget(pointer=pointer, clock=target.clock.value, priority=target.priority or "null")
        seen.add(key)
        if target.offering_id is not None and target.offering_id not in content.offering_ids:
            raise TargetOfOtherOffering(pointer=f"{pointer}/offering_id", offering_id=target.offering_id)
        if target.clock is AgreedClock.RESOLUTION:
            continue
        for field, given in (("reopened", target.reopened), ("third_party_pauses", target.third_party_pauses)):
            if given:
                raise OnlyForResolution(pointer=f"{pointer}/{field}", field=field, clock=target.clock.value)
    _check_lengths(content)


def _check_lengths(content: AgreementContent) -> None:
    for offering_id, priority in product(content.offering_ids, TargetPriority):
        chosen = chosen_targets(content.targets, offering_id, priority)
        check_lengths(
            [(f"/targets/{place}", target) for place, target in chosen],
            priority.value,
            usual=content.provider_calendar_id,
        )


def _check_obligations(obligations: Sequence[Obligation]) -> None:
    seen: set[ObligationClock] = set()
    for place, obligation in enumerate(obligations):
        clock, pointer = obligation.clock, f"/obligations/{place}"
        if clock in seen:
            raise DuplicateObligation(pointer=pointer, clock=clock.value)
        seen.add(clock)
        allowed = _NEEDED[clock] | ({"quantity"} if clock is ObligationClock.QUOTA else set())
        for field in ("duration", "limit", "period", "quantity"):
            is_given = getattr(obligation, field) is not None
            if field in _NEEDED[clock] and not is_given:
                raise ObligationNeeds(pointer=pointer, clock=clock.value, field=field)
            if is_given and field not in allowed:
                raise ObligationHasNo(pointer=f"{pointer}/{field}", clock=clock.value, field=field)
        if obligation.effect is Effect.EXTEND and clock is not ObligationClock.NOTICE:
            raise OnlyNoticeExtends(pointer=f"{pointer}/effect", clock=clock.value)


def _check_escalations(content: AgreementContent) -> None:
    promised = {each.clock.value for each in content.targets} | {each.clock.value for each in content.obligations}
    seen: list[Escalation] = []
    for place, rule in enumerate(content.escalations):
        pointer = f"/escalations/{place}"
        if any((rule.clock, rule.percent) == (other.clock, other.percent) for other in seen):
            raise DuplicateEscalation(pointer=pointer, clock=rule.clock.value, percent=rule.percent)
        seen.append(rule)
        if rule.clock.value not in promised:
            raise NothingToEscalate(pointer=f"{pointer}/clock", clock=rule.clock.value)


def _check_dates(content: AgreementContent, today: date) -> None:
    first, last = today - LONGEST_AGO, today + FARTHEST_AHEAD
    if not first <= content.effective_from <= last:
        raise EffectiveFromOutside(pointer="/effective_from", first=first.isoformat(), last=last.isoformat())
    for field in ("effective_until", "review_on"):
        given: date | None = getattr(content, field)
        if given is not None and given <= content.effective_from:
            raise DatesOutOfOrder(pointer=f"/{field}", field=field, effective_from=content.effective_from.isoformat())
