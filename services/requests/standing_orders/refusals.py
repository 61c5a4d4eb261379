"""What stands against a standing order."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound


class UnknownOrder(NotFound):
    code = "unknown_standing_order"
    detail = Texts(
        "There is no such standing order, or you may not see it.", "No existe esa petición periódica o no puede verla."
    )


class MayNotOrder(Forbidden):
    code = "may_not_order"
    detail = Texts(
        "A standing order is set up by somebody who belongs to the department, and changed by them or its managers.",
        "Una petición periódica la crea alguien del departamento y la cambian esa persona o la gerencia.",
    )


class ScheduleIncomplete(Conflict):
    code = "schedule_incomplete"
    detail = Texts(
        "A schedule by week has `weekdays`, by month a `day`, by working days `n`, and none of the others.",
        "Un calendario por semanas lleva `weekdays`, por meses `day`, por días laborables `n`, y nada más.",
    )


class ScheduleOver(Conflict):
    code = "schedule_over"
    detail = Texts("This schedule has no instant ahead.", "Este calendario no tiene ningún instante por delante.")


class OrderHasEnded(Conflict):
    code = "standing_order_has_ended"
    detail = Texts("This standing order has ended.", "Esta petición periódica ha terminado.")


class OwnerGone(Conflict):
    code = "owner_gone"
    detail = Texts(
        "Whoever set this up is no longer there, or no longer belongs to the department.",
        "Quien creó esto ya no está o ya no pertenece al departamento.",
    )
