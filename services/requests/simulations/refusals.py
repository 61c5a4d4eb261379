"""What stands against a simulation."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound


class MayNotSimulate(Forbidden):
    code = "may_not_simulate"
    detail = Texts(
        "What if is asked by managers of one of the two departments, their deputies, and administrators.",
        "Las simulaciones las pide la gerencia de uno de los dos departamentos, su suplencia o la administración.",
    )


class UnknownSimulation(NotFound):
    code = "unknown_simulation"
    detail = Texts("The simulation does not exist, or it is not yours.", "La simulación no existe, o no es suya.")


class SimulationHasEnded(Conflict):
    code = "simulation_has_ended"
    detail = Texts("This simulation has ended already.", "Esta simulación ya ha terminado.")


class EmptySimulation(Conflict):
    code = "empty_period"
    detail = Texts("The period has to end after it begins.", "El periodo ha de terminar después de empezar.")


class TooManyTickets(Conflict):
    code = "too_many_tickets"
    detail = Texts(
        "The period holds more than {most} tickets: ask for a shorter one.",
        "El periodo contiene más de {most} tickets: pida uno más corto.",
    )


class VersionOfOtherPair(Conflict):
    code = "version_of_other_pair"
    detail = Texts("This agreement is between two other departments.", "Este acuerdo es entre otros dos departamentos.")
