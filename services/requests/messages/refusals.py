"""What stands against reading a message."""

from services.shared.language import Texts
from services.shared.problems import NotFound


class UnknownMessage(NotFound):
    code = "unknown_message"
    detail = Texts("There is no such message for you.", "No hay ningún mensaje así para usted.")
