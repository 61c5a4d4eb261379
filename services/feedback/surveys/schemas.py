"""Surveys as callers get them."""

from typing import Annotated, Literal

from pydantic import Field

from services.shared.schemas import Output, Seconds


class TextsPublic(Output):
    """One text in each language."""

    en: str
    es: str


class QuestionPublic(Output):
    """A question; what does not belong to its kind is null or empty."""

    code: str
    kind: Literal["rating", "text"]
    text: TextsPublic
    is_required: bool
    lowest: int | None
    highest: int | None
    labels: Annotated[list[TextsPublic], Field(description="one for each number of a rating, from the lowest on")]
    longest: Annotated[int | None, Field(description="characters of a text")]


class SurveyPublic(Output):
    """A version of a survey."""

    code: str
    version: int
    mode: Annotated[Literal["attributed"], Field(description="the provider sees who said what")]
    trigger: Annotated[Literal["ticket_fulfilled"], Field(description="what makes people be asked")]
    open_for_seconds: Annotated[Seconds, Field(validation_alias="open_for", description="how long a link is good")]
    title: TextsPublic
    notice: Annotated[TextsPublic, Field(description="who will see what; told before the first question")]
    questions: list[QuestionPublic]
