"""What stands against answering an approval."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden


class NothingToApprove(Conflict):
    code = "nothing_to_approve"
    detail = Texts("This ticket awaits nobody's approval.", "Este ticket no espera la aprobación de nadie.")


class LevelNotOpen(Conflict):
    code = "approval_level_not_open"
    detail = Texts("Level {level} is the one that is open.", "El nivel abierto es el {level}.")


class NotTheApprover(Forbidden):
    code = "not_the_approver"
    detail = Texts(
        "At this level others are asked: the person named, or the department's managers and their deputies.",
        "En este nivel se pregunta a otros: la persona nombrada o la gerencia del departamento y sus suplentes.",
    )


class OwnRequest(Conflict):
    code = "own_request"
    detail = Texts(
        "Nobody approves what they ask for, or what is for them: another manager or a deputy does.",
        "Nadie aprueba lo que pide o lo que es para sí: lo hace otra persona de la gerencia o una suplente.",
    )


class AnsweredBefore(Conflict):
    code = "approval_answered_before"
    detail = Texts(
        "You approved this at another level: each level takes another person.",
        "Usted lo aprobó en otro nivel: cada nivel pide otra persona.",
    )


class ApprovalExpired(Conflict):
    code = "approval_expired"
    detail = Texts("It could be approved until {until}.", "Pudo aprobarse hasta {until}.")


APPROVAL_PROBLEMS = (NothingToApprove, LevelNotOpen, NotTheApprover, OwnRequest, AnsweredBefore, ApprovalExpired)
