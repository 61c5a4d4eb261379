"""The sections of what is agreed: the words in force, the promises, who signed, what changed, which dates come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from services.requests.review.document.matters import REASON, STATE, WHEN, WHO, signature
from services.requests.review.document.parts import Cell, Section, Table
from services.requests.review.document.telling import NONE, Teller
from services.requests.review.document.words import NOT_YOURS, NOTHING
from services.shared.language import Texts

Told = Mapping[str, Any]
MOST_CHANGES = 100
_AGREEMENT, _AGREEMENTS = Texts("Agreement: {name}", "Acuerdo: {name}"), Texts("Agreement", "Acuerdo")
_UNNAMED = Texts("without a name", "sin nombre")
_BETWEEN = Texts(
    "Between {customer} (customer) and {provider} (provider), {state}.",
    "Entre {customer} (cliente) y {provider} (proveedor), {state}.",
)
_NUMBER = Texts("Text of version {number}", "Texto de la versión {number}")
_WHAT, _SAYS = Texts("What", "Qué"), Texts("What it says", "Lo que dice")
_IN_FORCE = Texts("In force from", "En vigor desde")
_UNTIL = Texts("In force until (exclusive)", "En vigor hasta (exclusive)")
_REVIEW, _ENDS = Texts("Review on", "Revisión el"), Texts("Ends on", "Termina el")
_OFFERINGS = Texts("Offerings", "Ofertas")
_REOPENING = Texts("Reopening window", "Plazo de reapertura")
_TEXT = Texts("Text ({language})", "Texto ({language})")
_TARGETS, _OBLIGATIONS = Texts("Targets", "Objetivos del proveedor"), Texts("Obligations", "Obligaciones del cliente")
_CLOCK, _PRIORITY = Texts("Promise", "Compromiso"), Texts("Priority", "Prioridad")
_OFFERING, _ALL = Texts("Offering", "Oferta"), Texts("all", "todas")
_WITHIN, _OBJECTIVE = Texts("Within", "En"), Texts("Objective", "Objetivo")
_REOPENED = Texts("After a reopening", "Tras una reapertura")
_LIMIT, _EFFECT = Texts("At most", "Como máximo"), Texts("If missed", "Si se incumple")
_ESCALATIONS, _AT = Texts("Escalations", "Escalados"), Texts("At", "Al")
_TOLD, _RAISED = Texts("Tells", "Avisa a"), Texts("Raises the priority to", "Sube la prioridad a")
_STAGES, _UNDER = Texts("Budget of resolution", "Presupuesto de la resolución"), Texts("By", "Por")
_OWN, _TOGETHER = Texts("own work", "trabajo propio"), Texts("Together with", "Junto con")
_VERSIONS, _VERSION = Texts("Versions and signatures", "Versiones y firmas"), Texts("Version", "Versión")
_PROPOSED, _SIGNATURES = Texts("Proposed by", "Propuesta por"), Texts("Signed by", "Firmada por")
_DEPUTY = Texts("as deputy", "como suplente")
_CHANGES = Texts("What changed in the period", "Lo que cambió en el periodo")
_BEFORE, _AFTER = Texts("Before", "Antes"), Texts("After", "Después")
_REMINDERS = Texts("Reminders that were sent", "Recordatorios enviados")
_OCCASION, _DATE = Texts("Occasion", "Ocasión"), Texts("Date", "Fecha")
_TERMINATION = Texts("Ended by one side", "Terminado por una parte")
_OTHERS = Texts("More versions stand at the path below.", "En la ruta de abajo hay más versiones.")


def agreements(told: Teller, part: Told | None) -> Iterator[Section]:
    """One section for each agreement; one that says so where there is none to be read."""
    if part is None or not part["items"]:
        sentence = told.say(NOT_YOURS if part is None else NOTHING)
        yield Section(told.say(_AGREEMENTS), [sentence], [], [part["source"]] if part else [])
        return
    for each in part["items"]:
        yield _agreement(told, each)


def _agreement(told: Teller, agreement: Told) -> Section:
    current = agreement["current_version"]
    between = {side: told.who(agreement[f"{side}_department_id"]).text for side in ("customer", "provider")}
    sentences = [told.say(_BETWEEN, state=told.word(agreement["state"]).text, **between)]
    if not agreement["versions_are_whole"]:
        sentences.append(told.say(_OTHERS))
    tables = [
        _words(told, agreement, current),
        *_promises(told, current),
        _versions(told, agreement["versions"]),
        *_what_happened(told, agreement),
    ]
    sources = [agreement["source"], *([agreement["feasibility"]] if agreement["feasibility"] else [])]
    name = current["name"] or _UNNAMED.to(told.language)
    return Section(told.say(_AGREEMENT, name=name), sentences, tables, sources)


def _words(told: Teller, agreement: Told, current: Told) -> Table:
    rows = [
        [Cell(told.say(_IN_FORCE)), told.day(current["in_force_from"])],
        [Cell(told.say(_UNTIL)), told.day(current["in_force_until"])],
        [Cell(told.say(_REVIEW)), told.day(current["review_on"])],
        [Cell(told.say(_ENDS)), told.day(agreement["ends_on"])],
        [Cell(told.say(_OFFERINGS)), Cell(", ".join(told.who(each).text for each in current["offering_ids"]))],
        [Cell(told.say(_REOPENING)), told.duration(current["reopening_window"])],
        *([Cell(told.say(_TEXT, language=name)), told.words(text)] for name, text in current["texts"].items()),
    ]
    return Table(told.say(_NUMBER, number=current["number"]), told.columns(_WHAT, _SAYS), rows)


def _promises(told: Teller, current: Told) -> Iterator[Table]:
    if current["targets"]:
        columns = told.columns(_CLOCK, _PRIORITY, _OFFERING, _WITHIN, _OBJECTIVE, _REOPENED)
        yield Table(told.say(_TARGETS), columns, [_target(told, each) for each in current["targets"]])
    if current["obligations"]:
        columns = told.columns(_CLOCK, _WITHIN, _LIMIT, _EFFECT, _OBJECTIVE)
        yield Table(told.say(_OBLIGATIONS), columns, [_obligation(told, each) for each in current["obligations"]])
    if current["escalations"]:
        columns = told.columns(_CLOCK, _AT, _TOLD, _RAISED)
        rows = [
            [
                told.word(each["clock"]),
                Cell(f"{each['percent']} %"),
                Cell(", ".join(each["notify"]) or NONE),
                told.word(each["raise_priority"]),
            ]
            for each in current["escalations"]
        ]
        yield Table(told.say(_ESCALATIONS), columns, rows)
    if current["stages"]:
        columns = told.columns(_UNDER, _WITHIN, _TOGETHER)
        yield Table(told.say(_STAGES), columns, [_stage(told, each) for each in current["stages"]])


def _target(told: Teller, row: Told) -> list[Cell]:
    every = Cell(told.say(_ALL))
    return [
        told.word(row["clock"]),
        told.word(row["priority"]) if row["priority"] else every,
        told.who(row["offering_id"]) if row["offering_id"] else every,
        told.duration(row["duration"]),
        told.share(row["objective"]),
        told.duration(row["reopened"]),
    ]


def _obligation(told: Teller, row: Told) -> list[Cell]:
    limit = NONE if row["limit"] is None else f"{row['limit']} / {row['period']} {row['quantity'] or ''}".strip()
    return [
        told.word(row["clock"]),
        told.duration(row["duration"]),
        told.words(limit),
        told.word(row["effect"]) if row["effect"] != "none" else Cell(NONE),
        told.share(row["objective"]),
    ]


def _stage(told: Teller, row: Told) -> list[Cell]:
    under = Cell(told.say(_OWN)) if row["own"] else Cell(row["agreement"], f"/v1/agreements/{row['agreement']}")
    group = row["parallel_group"]
    return [under, told.duration(row["duration"]), told.words(None if group is None else str(group))]


def _versions(told: Teller, versions: Sequence[Told]) -> Table:
    rows = [
        [
            Cell(str(each["number"]), f"/v1/agreements/{each['agreement_id']}/versions/{each['number']}"),
            told.word(each["state"]),
            told.day(each["in_force_from"]),
            told.day(each["in_force_until"]),
            Cell(f"{told.who(each['proposed_by']).text}, {told.at(each['proposed_at']).text}"),
            Cell("; ".join(_signed(told, sign) for sign in each["signatures"]) or NONE),
        ]
        for each in versions
    ]
    columns = told.columns(_VERSION, STATE, _IN_FORCE, _UNTIL, _PROPOSED, _SIGNATURES)
    return Table(told.say(_VERSIONS), columns, rows)


def _signed(told: Teller, sign: Told) -> str:
    return signature(told, sign) + (f" ({told.say(_DEPUTY)})" if sign["is_deputy"] else "")


def _what_happened(told: Teller, agreement: Told) -> Iterator[Table]:
    changes = [(change["number"], each) for change in agreement["changes"] for each in change["items"]]
    if changes:
        rows = [
            [Cell(str(number)), told.words(each["path"]), _value(told, each["before"]), _value(told, each["after"])]
            for number, each in changes[:MOST_CHANGES]
        ]
        yield Table(told.say(_CHANGES), told.columns(_VERSION, _WHAT, _BEFORE, _AFTER), rows)
    if agreement["reminders"]:
        rows = [
            [told.word(each["occasion"]), told.day(each["falls_on"]), told.at(each["reminded_at"])]
            for each in agreement["reminders"]
        ]
        yield Table(told.say(_REMINDERS), told.columns(_OCCASION, _DATE, WHEN), rows)
    ended = agreement["termination"]
    if ended is not None:
        row = [
            told.day(ended["ends_on"]),
            told.words(ended["reason"]),
            told.who(ended["person_id"]),
            told.at(ended["terminated_at"]),
        ]
        yield Table(told.say(_TERMINATION), told.columns(_ENDS, REASON, WHO, WHEN), [row])


def _value(told: Teller, value: Any) -> Cell:
    if value is None:
        return Cell(NONE)
    return told.words(value if isinstance(value, str) else orjson.dumps(value).decode())
