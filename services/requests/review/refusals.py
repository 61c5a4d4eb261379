"""What stands against printing a pack."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Unavailable


class PackNotPrinted(Unavailable):
    """The process that prints took more than it may, or broke off."""

    code = "pack_not_printed"
    detail = Texts(
        "The pack could not be printed. Try again, ask for a shorter period, or for another format.",
        "No se pudo imprimir el dosier. Reintente, o pida un periodo más corto u otro formato.",
    )


class PackTooLarge(Conflict):
    code = "pack_too_large"
    detail = Texts(
        "A printed pack has at most {cells} cells and {characters} characters: ask for a shorter period, or for JSON.",
        "Un dosier impreso tiene como máximo {cells} celdas y {characters} caracteres: pida un periodo más corto, o"
        " JSON.",
    )
