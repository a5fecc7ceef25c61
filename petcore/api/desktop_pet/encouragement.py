"""Encouragement (P14)."""

from typing import Annotated, Literal

from pydantic import Field

from petcore.api.operation import Section
from petcore.api.wire import Model, Score, UserId
from petcore.services.desktop_pet import DesktopPet
from petcore.services.idempotency import Answer, Call

encouragement = Section[DesktopPet]()


class EncouragementRequest(Model):
    """Who wants to hear something; scores left out are those of the latest sample."""

    user_id: UserId
    focus_score: Score | None = None
    stress_score: Score | None = None


class EncouragementAnswer(Model):
    """What the pet says."""

    ok: Literal[True]
    message: Annotated[str, Field(min_length=1)]


@encouragement.post(
    "/api/encouragement/message", request=EncouragementRequest, response=EncouragementAnswer
)
async def get_encouragement(pet: DesktopPet, request: EncouragementRequest, call: Call) -> Answer:
    """P14: Get an encouragement message."""
    return await pet.encouragement.get_message(
        request.user_id, request.focus_score, request.stress_score, call
    )
