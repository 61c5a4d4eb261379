"""The words of a document in both languages: what headings, columns and the API's own names are called."""

from collections.abc import Mapping

from services.shared.language import Texts

NAMES: Mapping[str, Texts] = {
    "acknowledge": Texts("acknowledgement", "acuse de recibo"),
    "first_response": Texts("first response", "primera respuesta"),
    "update": Texts("updates", "actualizaciones"),
    "resolution": Texts("resolution", "resolución"),
    "reply": Texts("replies", "respuestas del cliente"),
    "acceptance": Texts("acceptance", "aceptación"),
    "notice": Texts("notice", "preaviso"),
    "completeness": Texts("completeness", "información completa"),
    "quota": Texts("quota", "cuota"),
    "provider": Texts("provider", "proveedor"),
    "customer": Texts("customer", "cliente"),
    "system": Texts("administration", "administración"),
    "approver": Texts("approver", "quien aprueba"),
    "department": Texts("department", "departamento"),
    "third_party": Texts("third party", "tercero"),
    "excluded": Texts("left out", "excluido"),
    "none": Texts("nobody", "nadie"),
    "open": Texts("open", "abierto"),
    "explained": Texts("explained", "explicado"),
    "contested": Texts("contested", "impugnado"),
    "decided": Texts("decided", "decidido"),
    "refuted": Texts("refuted", "refutado"),
    "upheld": Texts("upheld", "estimada"),
    "dismissed": Texts("dismissed", "desestimada"),
    "asked": Texts("asked", "solicitada"),
    "refused": Texts("refused", "denegada"),
    "granted": Texts("granted", "concedida"),
    "applied": Texts("granted and applied", "concedida y aplicada"),
    "proposed": Texts("proposed", "propuesto"),
    "agreed": Texts("agreed", "acordado"),
    "withdrawn": Texts("withdrawn", "retirado"),
    "lapsed": Texts("lapsed", "caducado"),
    "signed": Texts("signed", "firmado"),
    "active": Texts("in force", "en vigor"),
    "superseded": Texts("superseded", "sustituido"),
    "expired": Texts("expired", "vencido"),
    "terminated": Texts("ended", "terminado"),
    "review": Texts("review", "revisión"),
    "end": Texts("end", "fin"),
    "first": Texts("first time", "primera vez"),
    "reopened": Texts("after a reopening", "tras una reapertura"),
    "low": Texts("low", "baja"),
    "normal": Texts("normal", "normal"),
    "high": Texts("high", "alta"),
    "urgent": Texts("urgent", "urgente"),
    "awaiting_approval": Texts("awaiting approval", "pendiente de aprobación"),
    "submitted": Texts("submitted", "enviado"),
    "accepted": Texts("accepted", "aceptado"),
    "in_progress": Texts("in progress", "en curso"),
    "waiting_on_customer": Texts("waiting on the customer", "a la espera del cliente"),
    "waiting_on_third_party": Texts("waiting on a third party", "a la espera de un tercero"),
    "handed_off": Texts("handed off", "traspasado"),
    "fulfilled": Texts("fulfilled", "cumplido"),
    "extend": Texts("extends the resolution", "amplía la resolución"),
    "best_effort": Texts("resolution by best effort", "resolución sin compromiso"),
    "capacity": Texts("capacity", "capacidad"),
    "absence": Texts("absence", "ausencia"),
    "unclear_request": Texts("unclear request", "petición poco clara"),
    "late_answer": Texts("late answer", "respuesta tardía"),
    "hand_off": Texts("hand-off", "traspaso"),
    "supplies": Texts("supplies", "suministros"),
    "fault": Texts("fault", "avería"),
    "underestimated": Texts("underestimated", "subestimado"),
    "oversight": Texts("oversight", "descuido"),
    "changed_priorities": Texts("changed priorities", "cambio de prioridades"),
    "force_majeure": Texts("force majeure", "fuerza mayor"),
    "other": Texts("other", "otro"),
}
"""What the API's own names are called; one that is not here stands as it is."""
YES, NO = Texts("yes", "sí"), Texts("no", "no")
NOTHING = Texts("Nothing that you may read.", "Nada que usted pueda leer.")
NOT_YOURS = Texts(
    "Not shown: your access token does not cover this.", "No se muestra: su token de acceso no cubre esto."
)
NOT_WHOLE = Texts(
    "There are more than are listed here: the pack as data, and the path below, tell of all.",
    "Hay más de los que figuran aquí: el dosier como datos, y la ruta de abajo, los muestran todos.",
)
NO_FIGURES = Texts("Nothing was counted in the period.", "No se contó nada en el periodo.")


def named(name: str, language: str) -> str:
    """What one of the API's own names is called.

    >>> named("first_response", "es"), named("department:NET", "en"), named("new", "en")
    ('primera respuesta', 'department NET', 'new')
    """
    kind, colon, rest = name.partition(":")
    told = NAMES.get(kind)
    known = told.to(language) if told else kind
    return f"{known} {rest}" if colon else known
