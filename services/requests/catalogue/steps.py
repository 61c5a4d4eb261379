"""The steps by which an offering is carried out, and that exactly one is accountable for each."""

from collections.abc import Collection, Sequence

from services.shared.language import Texts
from services.shared.problems import Conflict


class StepTwice(Conflict):
    code = "step_twice"
    detail = Texts("The step {key} is there twice.", "El paso {key} aparece dos veces.")


class StepMissing(Conflict):
    code = "responsibility_for_unknown_step"
    detail = Texts("The offering has no step {key}.", "La oferta no tiene el paso {key}.")


class ResponsibilityTwice(Conflict):
    code = "responsibility_twice"
    detail = Texts(
        "Who is accountable for this is said twice; it is one, for each step or for the whole.",
        "Se dice dos veces quién rinde cuentas de esto; es uno, por paso o para el conjunto.",
    )


class NobodyAccountable(Conflict):
    code = "nobody_accountable"
    detail = Texts(
        "Nobody is accountable for the step {key}: say who, for the step or for the whole (`step` null).",
        "Nadie rinde cuentas del paso {key}: indique quién, para el paso o para el conjunto (`step` nulo).",
    )


STEP_PROBLEMS = (StepTwice, StepMissing, ResponsibilityTwice, NobodyAccountable)


def check_steps(keys: Sequence[str]) -> None:
    """StepTwice, with a pointer to the step.

    >>> check_steps(["order", "install", "order"])
    Traceback (most recent call last):
    ...
    services.requests.catalogue.steps.StepTwice: The step order is there twice.
    """
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise StepTwice(pointer=f"/steps/{place}/key", key=key)


def check_responsibilities(keys: Collection[str], rows: Sequence[str | None]) -> None:
    """StepMissing, ResponsibilityTwice, NobodyAccountable: each row is for a step, or (None) for the whole.

    Where anything is said, exactly one is accountable for each step: in its own row, else in that of the whole.

    >>> check_responsibilities(["order", "install"], ["order", None])
    >>> check_responsibilities(["order", "install"], ["order"])
    Traceback (most recent call last):
    ...
    services.requests.catalogue.steps.NobodyAccountable: Nobody is accountable for the step install: say who, for the \
step or for the whole (`step` null).
    """
    for place, key in enumerate(rows):
        if key is not None and key not in keys:
            raise StepMissing(pointer=f"/responsibilities/{place}/step", key=key)
        if key in rows[:place]:
            raise ResponsibilityTwice(pointer=f"/responsibilities/{place}/step")
    if rows and None not in rows:
        for key in keys:
            if key not in rows:
                raise NobodyAccountable(pointer="/responsibilities", key=key)
