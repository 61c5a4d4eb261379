"""What contradicts itself in the stages of a budget, each with a pointer to the stage."""

from itertools import groupby

from services.requests.agreements.rules.content import AgreedClock, AgreementContent
from services.shared.language import Texts
from services.shared.problems import Conflict, Problem


class StageIsOneThing(Conflict):
    code = "stage_is_one_thing"
    detail = Texts(
        "A stage is either handed off under an agreement or own work: give `agreement`, or `own`.",
        "Una etapa se traspasa según un acuerdo o es trabajo propio: indique `agreement`, u `own`.",
    )


class StageNeedsDuration(Conflict):
    code = "stage_needs_duration"
    detail = Texts(
        "Own work, or work in a calendar that is named, takes a duration.",
        "El trabajo propio, o en un calendario indicado, necesita una duración.",
    )


class GroupIsApart(Conflict):
    code = "group_is_apart"
    detail = Texts(
        "Stages that run together follow each other: the group {group} is interrupted here.",
        "Las etapas que van juntas se siguen unas a otras: aquí se interrumpe el grupo {group}.",
    )


class NothingToBudget(Conflict):
    code = "nothing_to_budget"
    detail = Texts(
        "Stages share out the time of `resolution`, which this version does not promise.",
        "Las etapas reparten el tiempo de `resolution`, que esta versión no compromete.",
    )


STAGE_PROBLEMS: tuple[type[Problem], ...] = (StageIsOneThing, StageNeedsDuration, GroupIsApart, NothingToBudget)


def check_stages(content: AgreementContent) -> None:
    """One of STAGE_PROBLEMS."""
    if content.stages and not any(target.clock is AgreedClock.RESOLUTION for target in content.targets):
        raise NothingToBudget(pointer="/stages")
    for place, stage in enumerate(content.stages):
        if stage.is_own == (stage.agreement_id is not None):
            raise StageIsOneThing(pointer=f"/stages/{place}")
        if stage.duration is None and (stage.is_own or stage.calendar_id is not None):
            raise StageNeedsDuration(pointer=f"/stages/{place}")
    seen: set[str | int] = set()
    for group, members in groupby(enumerate(content.stages), key=lambda each: each[1].parallel_group):
        if group is None:
            continue
        if group in seen:
            raise GroupIsApart(pointer=f"/stages/{next(members)[0]}/parallel_group", group=group)
        seen.add(group)
