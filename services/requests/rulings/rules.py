"""What stands against a ruling on a ticket, and whose word is enough for one."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound


class ProposesOrConfirms(Conflict):
    code = "proposes_or_confirms"
    detail = Texts(
        "Give either priority, to propose one, or confirms, for what the other side proposed.",
        "Indique priority, para proponer una, o confirms, para lo que propuso el otro lado; solo una.",
    )


class UnknownProposal(NotFound):
    code = "unknown_proposal"
    detail = Texts("This ticket has no such proposal.", "Este ticket no tiene esa propuesta.")


class ProposalNotOpen(Conflict):
    code = "proposal_not_open"
    detail = Texts(
        "This proposal was ruled already, or a later one took its place.",
        "Esta propuesta ya se resolvió, u otra posterior ocupa su lugar.",
    )


class ElapsedIsProposed(Conflict):
    code = "elapsed_is_proposed"
    detail = Texts(
        "What becomes of the time that has elapsed was proposed: {proposed}. Confirm that, or propose anew.",
        "Qué se hace con el tiempo transcurrido ya se propuso: {proposed}. Confírmelo o proponga de nuevo.",
    )


class ConfirmsOwnProposal(Forbidden):
    code = "confirms_own_proposal"
    detail = Texts(
        "A priority is promised when the other side confirms it: somebody else, of the {side} side.",
        "Una prioridad se promete cuando la confirma el otro lado: otra persona, del lado {side}.",
    )


class PromisedAlready(Conflict):
    code = "priority_promised_already"
    detail = Texts("The priority {priority} is promised already.", "La prioridad {priority} ya está prometida.")


class PriorityNotPromised(Conflict):
    code = "priority_not_promised"
    detail = Texts(
        "What covers this ticket promises nothing for the priority {priority}.",
        "Lo que cubre este ticket no promete nada para la prioridad {priority}.",
    )
