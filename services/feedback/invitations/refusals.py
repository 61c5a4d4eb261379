"""What stands against reading invitations."""

from services.shared.language import Texts
from services.shared.problems import Forbidden


class ForDeliverersAlone(Forbidden):
    code = "for_deliverers_alone"
    detail = Texts(
        "Others' invitations are for service accounts that deliver them: they need the scope invitations:deliver.",
        "Las invitaciones ajenas son para cuentas de servicio que las entregan, con el ámbito invitations:deliver.",
    )
