"""The launcher's one way to give up, so that the command line can say why in one line."""


class CannotStart(Exception):
    """The platform cannot start; the text is one line for the person at the terminal (and the end of a log, if any)."""
