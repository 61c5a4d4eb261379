"""The sections of figures: promises kept, months, lead times, who held the time, what is open."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.requests.review.document.parts import Cell, Section, Table
from services.requests.review.document.telling import NONE, Teller
from services.requests.review.document.words import NO_FIGURES
from services.shared.language import Texts

Told = Mapping[str, Any]
CLOCK, COUNTED = Texts("Promise", "Compromiso"), Texts("n", "n")
MET, MISSED = Texts("Met", "Cumplidos"), Texts("Missed", "Incumplidos")
SHARE, INTERVAL = Texts("Share met", "Proporción"), Texts("95 % interval", "Intervalo 95 %")
_KEPT = Texts("Promises kept", "Compromisos cumplidos")
_TARGETS = Texts("What {provider} promised", "Lo que prometió {provider}")
_OBLIGATIONS = Texts("What {customer} promised", "Lo que prometió {customer}")
_BEFORE = Texts(
    "Shares are as the facts are; what exclusions and upheld contests make of them stands in the last columns.",
    "Las proporciones son según los hechos; en las últimas columnas, tras exclusiones e impugnaciones estimadas.",
)
_BOARD_COLUMNS = (
    CLOCK,
    COUNTED,
    MET,
    MISSED,
    SHARE,
    INTERVAL,
    Texts("Objective", "Objetivo"),
    Texts("Objective kept", "Objetivo cumplido"),
    Texts("Open", "Abiertos"),
    Texts("Void", "Sin efecto"),
    Texts("Best effort", "Sin compromiso"),
    Texts("Refuted", "Refutados"),
    Texts("Met after decisions", "Cumplidos tras decisiones"),
    Texts("Missed after decisions", "Incumplidos tras decisiones"),
    Texts("Share after decisions", "Proporción tras decisiones"),
)
_MONTH, _MONTHS = Texts("Month", "Mes"), Texts("Month by month", "Mes a mes")
_TREND = Texts("Met of counted, month by month", "Cumplidos de contados, mes a mes")
_SIGNAL = Texts(
    "A point marked * is one that chance alone does not explain (control limits of three sigma, or eight in a row)."
    " What decisions make of a month stands after an arrow.",
    "Un punto marcado con * no se explica solo por azar (límites de control de tres sigmas, u ocho seguidos). Tras una"
    " flecha, en lo que queda un mes tras las decisiones.",
)
_FLOW = Texts("Work that came and went", "Trabajo que entró y salió")
_FLOW_COLUMNS: Mapping[str, Texts] = {
    "created": Texts("Created", "Creados"),
    "fulfilled": Texts("Fulfilled", "Terminados"),
    "closed": Texts("Closed", "Cerrados"),
    "declined": Texts("Declined", "Rechazados"),
    "cancelled": Texts("Cancelled", "Cancelados"),
    "reopened": Texts("Reopened", "Reabiertos"),
    "hand_offs": Texts("Hand-offs", "Traspasos"),
    "bounces": Texts("Bounces", "Rebotes"),
    "ping_pong": Texts("Back and forth", "Idas y vueltas"),
}
_LEAD = Texts("How long it took", "Cuánto tardó")
_OF_WALL, _OF_WORKING = Texts("by the clock", "de reloj"), Texts("working time", "laborable")
_HALF, _NINETEEN = (
    Texts("Half within, {time}", "La mitad en, {time}"),
    Texts("95 % within, {time}", "El 95 % en, {time}"),
)
_CYCLE = Texts("Fulfilment", "Entrega")
_HELD = Texts("Who held the time", "Quién tuvo el tiempo")
_HELD_COLUMNS = (
    Texts("Party", "Parte"),
    Texts("Wall time", "Tiempo de reloj"),
    Texts("Share", "Proporción"),
    Texts("Working time", "Tiempo laborable"),
    Texts("Share of working time", "Proporción del laborable"),
    Texts("Wall time after decisions", "Tiempo de reloj tras decisiones"),
    Texts("Share after decisions", "Proporción tras decisiones"),
)
_OPEN = Texts("What is open now", "Lo que está abierto ahora")
_COUNTED_AS, _BY_FACTS = Texts("Counted", "Contado"), Texts("as the facts are", "según los hechos")
_AFTER, _TICKETS = Texts("after decisions", "tras decisiones"), Texts("Open tickets", "Tickets abiertos")
_OPEN_COLUMNS: Mapping[str, Texts] = {
    "overdue": Texts("Past due: provider", "Vencidos: proveedor"),
    "due_soon": Texts("Due within a day: provider", "Vencen en un día: proveedor"),
    "customer_overdue": Texts("Past due: customer", "Vencidos: cliente"),
    "customer_due_soon": Texts("Due within a day: customer", "Vencen en un día: cliente"),
}


def kept(told: Teller, board: Told) -> Section:
    """Both sides' scoreboard, before and after decisions."""
    customer, provider = (told.who(board[f"{side}_department_id"]).text for side in ("customer", "provider"))
    tables = [
        Table(caption, told.columns(*_BOARD_COLUMNS), [list(_counted(told, row)) for row in rows])
        for caption, rows in (
            (told.say(_TARGETS, provider=provider), board["targets"]),
            (told.say(_OBLIGATIONS, customer=customer), board["obligations"]),
        )
        if rows
    ]
    return Section(told.say(_KEPT), [told.say(_BEFORE if tables else NO_FIGURES)], tables, [board["source"]])


def _counted(told: Teller, row: Told) -> Iterator[Cell]:
    after = row["after_decisions"]
    yield told.word(row["clock"])
    yield from (told.count(row[name]) for name in ("n", "met", "missed"))
    yield told.share(row["share"])
    yield told.interval(row["low"], row["high"])
    yield told.share(row["objective"])
    yield told.yes(row["is_objective_kept"])
    yield from (told.count(row[name]) for name in ("open", "void", "best_effort", "refuted"))
    yield from (told.count(after[name]) for name in ("met", "missed"))
    yield told.share(after["share"])


def months(told: Teller, flow: Told, trend: Told) -> Section:
    """The trend of each clock, and what came and went."""
    clocks = list(dict.fromkeys(row["clock"] for row in trend["items"]))
    by_month = {(row["from"], row["clock"]): row for row in trend["items"]}
    tables = [
        Table(
            told.say(_FLOW),
            told.columns(_MONTH, *_FLOW_COLUMNS.values()),
            [[told.month(row["from"]), *(told.count(row[name]) for name in _FLOW_COLUMNS)] for row in flow["items"]],
        )
    ]
    if clocks:
        rows = [
            [told.month(row["from"]), *(_point(told, by_month.get((row["from"], clock))) for clock in clocks)]
            for row in flow["items"]
        ]
        columns = [told.say(_MONTH), *(told.word(clock).text for clock in clocks)]
        tables.insert(0, Table(told.say(_TREND), columns, rows))
    sentences = [told.say(_SIGNAL)] if clocks else []
    return Section(told.say(_MONTHS), sentences, tables, [trend["source"], flow["source"]])


def _point(told: Teller, row: Told | None) -> Cell:
    """Met of counted, and what decisions make of it where they make another thing of it."""
    if row is None:
        return Cell(NONE)
    after = row["after_decisions"]
    first = f"{row['met']} / {row['n']} ({told.share(row['share']).text})" if row["n"] else NONE
    then = "" if (after["met"], after["n"]) == (row["met"], row["n"]) else f" → {after['met']} / {after['n']}"
    return Cell(f"{first}{'*' * bool(row['signals'])}{then}")


def lead_times(told: Teller, part: Told) -> Section:
    """Half of them, and nearly all of them."""
    kinds = [("wall_seconds", told.say(_OF_WALL)), ("working_seconds", told.say(_OF_WORKING))]
    columns = [told.say(_CYCLE), told.say(COUNTED)]
    columns += [told.say(within, time=time) for _, time in kinds for within in (_HALF, _NINETEEN)]
    rows = [
        [
            told.word(row["cycle"]),
            told.count(row["n"]),
            *(told.hours(row[kind][share]) for kind, _ in kinds for share in ("p50", "p95")),
        ]
        for row in part["items"]
    ]
    return _section_of(told, _LEAD, columns, rows, part["source"])


def held(told: Teller, part: Told) -> Section:
    """Each party's share of the time."""
    rows = [
        [
            told.word(row["party"]),
            told.hours(row["wall_seconds"]),
            told.share(row["share"]),
            told.hours(row["working_seconds"]),
            told.share(row["working_share"]),
            told.hours(row["after_decisions"]["wall_seconds"]),
            told.share(row["after_decisions"]["share"]),
        ]
        for row in part["items"]
    ]
    return _section_of(told, _HELD, told.columns(*_HELD_COLUMNS), rows, part["source"])


def is_open(told: Teller, part: Told) -> Section:
    """How much is open, and how due."""
    columns = told.columns(_COUNTED_AS, _TICKETS, *_OPEN_COLUMNS.values())
    rows = [
        [Cell(told.say(label)), told.count(part["tickets"]), *(told.count(counts[name]) for name in _OPEN_COLUMNS)]
        for label, counts in ((_BY_FACTS, part), (_AFTER, part["after_decisions"]))
    ]
    return _section_of(told, _OPEN, columns, rows, part["source"])


def _section_of(
    told: Teller, heading: Texts, columns: Sequence[str], rows: Sequence[Sequence[Cell]], source: str
) -> Section:
    said = told.say(heading)
    if not rows:
        return Section(said, [told.say(NO_FIGURES)], [], [source])
    return Section(said, [], [Table(said, columns, rows)], [source])
