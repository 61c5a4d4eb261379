"""Routes of surveys."""

from typing import Annotated

from services.feedback.surveys.rules import SURVEYS
from services.feedback.surveys.schemas import SurveyPublic
from services.shared.auth import Actor, requires
from services.shared.routing import feature_router
from services.shared.schemas import Page

router = feature_router("surveys")


@router.get("/v1/surveys")
async def list_surveys(actor: Annotated[Actor, requires("surveys:read")]) -> Page[SurveyPublic]:
    """List the surveys that people are asked, all of them: so far the built-in one."""
    return Page(items=[SurveyPublic.model_validate(survey) for survey in SURVEYS])
