"""The sections of what is talked about: what is past due, breaches, contests, exclusions, freezes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.requests.review.document.parts import Cell, Section, Table
from services.requests.review.document.telling import Teller
from services.requests.review.document.words import NOT_WHOLE, NOT_YOURS, NOTHING
from services.shared.language import Texts

Told = Mapping[str, Any]
MOST_PRINTED = 50
"""Rows of a list."""
TICKET, SUBJECT = Texts("Ticket", "Ticket"), Texts("Subject", "Asunto")
STATE, PROMISE = Texts("State", "Estado"), Texts("Promise", "Compromiso")
WHOSE, REASON = Texts("Whose", "De quién"), Texts("Reason", "Motivo")
FROM, TO = Texts("From", "Desde"), Texts("To", "Hasta")
SAID, WHO, WHEN = Texts("What was said", "Lo que se dijo"), Texts("Who", "Quién"), Texts("When", "Cuándo")
DECISION, TICKETS = Texts("Decision", "Decisión"), Texts("Tickets", "Tickets")
_OVERDUE = Texts("Open tickets past due", "Tickets abiertos vencidos")
_STILL = Texts("Past due after decisions", "Vencido tras decisiones")
_DUE, _DOSSIER = Texts("Was due", "Vencía"), Texts("Dossier", "Expediente")
_BREACHES = Texts("Breaches not yet decided", "Incumplimientos sin decidir")
_BREACHED = Texts("Missed at", "Incumplido")
_CONTESTS = Texts("Contests decided in the period", "Impugnaciones decididas en el periodo")
_CHARGED, _FOR = Texts("Was to be charged to", "Se pidió imputar a"), Texts("For", "Por")
_EXCLUSIONS = Texts("Exclusions decided in the period", "Exclusiones decididas en el periodo")
_FREEZES = Texts("Freezes of the period", "Congelaciones del periodo")
_SIGNED = Texts("Signed by", "Firmado por")


def overdue(told: Teller, part: Told | None) -> Section:
    """By which promises, since when, and how their dossiers stand."""
    columns = (TICKET, SUBJECT, STATE, PROMISE, WHOSE, _DUE, _STILL, _DOSSIER, REASON)

    def row(each: Told) -> list[Cell]:
        dossier = each["dossier"]
        in_short = [told.word(None)] * 2
        if dossier is not None:
            in_short = [Cell(told.word(dossier["state"]).text, dossier["source"]), told.word(dossier["reason_code"])]
        return [
            Cell(told.words(each["key"]).text, each["explanation"]),
            told.words(each["subject"]),
            told.word(each["state"]),
            told.word(each["clock"]),
            told.word(each["side"]),
            told.at(each["due_at"]),
            told.yes(each["is_overdue_after_decisions"]),
            *in_short,
        ]

    return _listed(told, _OVERDUE, columns, part, row)


def breaches(told: Teller, part: Told | None) -> Section:
    """What was missed, why, and who said what of it."""
    columns = (TICKET, PROMISE, WHOSE, _BREACHED, STATE, REASON, SAID)

    def row(each: Told) -> list[Cell]:
        said = " · ".join(_said(told, entry) for entry in each["history"])
        return [
            Cell(told.who(each["ticket_id"]).text, f"/v1/breaches/{each['id']}"),
            told.word(each["clock"]),
            told.word(each["side"]),
            told.at(each["breached_at"]),
            told.word(each["state"]),
            told.word(each["reason_code"]),
            told.words(said or None),
        ]

    return _listed(told, _BREACHES, columns, part, row)


def _said(told: Teller, entry: Told) -> str:
    note = f": {entry['note']}" if entry["note"] else ""
    evidence = f" [{', '.join(entry['evidence'])}]" if entry["evidence"] else ""
    who = told.who(entry["actor_id"]).text
    return f"{told.at(entry['created_at']).text} {told.word(entry['kind']).text} ({who}){note}{evidence}"


def contests(told: Teller, part: Told | None) -> Section:
    """What one side said of the ledger, and what the other decided."""
    columns = (TICKET, FROM, TO, _CHARGED, REASON, _FOR, DECISION, WHO, WHEN, SAID)

    def row(each: Told) -> list[Cell]:
        return [
            Cell(told.who(each["ticket_id"]).text, each["source"]),
            told.at(each["from"]),
            told.at(each["to"]),
            told.word(each["party"]),
            told.words(each["reason"]),
            told.word(each["side"]),
            told.word(each["state"]),
            *_decided(told, each["decision"]),
        ]

    return _listed(told, _CONTESTS, columns, part, row)


def exclusions(told: Teller, part: Told | None) -> Section:
    """What was asked to be left out afterwards, and what came of that."""
    columns = (FROM, TO, TICKET, REASON, _FOR, STATE, TICKETS, WHO, WHEN, SAID)

    def row(each: Told) -> list[Cell]:
        return [
            Cell(told.at(each["from"]).text, f"/v1/exclusions/{each['id']}"),
            told.at(each["to"]),
            told.who(each["ticket_id"]),
            told.words(each["reason"]),
            told.word(each["asked_for"]),
            told.word(each["state"]),
            told.count(each["tickets"]),
            *_decided(told, each["decision"]),
        ]

    return _listed(told, _EXCLUSIONS, columns, part, row)


def freezes(told: Teller, part: Told | None) -> Section:
    """What was left out beforehand, and who agreed to it."""
    columns = (FROM, TO, REASON, STATE, TICKETS, _SIGNED)

    def row(each: Told) -> list[Cell]:
        return [
            Cell(told.at(each["from"]).text, f"/v1/freezes/{each['id']}"),
            told.at(each["to"]),
            told.words(each["reason"]),
            told.word(each["state"]),
            told.count(each["tickets"]),
            Cell("; ".join(signature(told, sign) for sign in each["signatures"])),
        ]

    return _listed(told, _FREEZES, columns, part, row)


def signature(told: Teller, sign: Told) -> str:
    """Who signed for which side and when."""
    return f"{told.word(sign['side']).text}: {told.who(sign['person_id']).text}, {told.at(sign['signed_at']).text}"


def _decided(told: Teller, decision: Told | None) -> list[Cell]:
    """Who, when, and why."""
    if decision is None:
        return [told.word(None)] * 3
    return [told.who(decision["decided_by"]), told.at(decision["decided_at"]), told.words(decision["reason"])]


def _listed(
    told: Teller, heading: Texts, columns: Sequence[Texts], part: Told | None, row: Callable[[Told], list[Cell]]
) -> Section:
    said = told.say(heading)
    if part is None:
        return Section(said, [told.say(NOT_YOURS)])
    sources = [part["source"]] if "source" in part else []
    if not part["items"]:
        return Section(said, [told.say(NOTHING)], [], sources)
    shown = part["items"][:MOST_PRINTED]
    is_whole = part["is_whole"] and len(shown) == len(part["items"])
    table = Table(said, told.columns(*columns), [row(each) for each in shown])
    return Section(said, [] if is_whole else [told.say(NOT_WHOLE)], [table], sources)
