"""Breaks (P9 to P13, and the extensions: stop a Pomodoro, find the running one)."""

from typing import Annotated, Literal

from pydantic import Field

from petcore.api.operation import Section
from petcore.api.wire import (
    AnsweredInstant,
    AnsweredUuid,
    Integral,
    Model,
    NextPoll,
    UserId,
    UserRequest,
    Uuid,
)
from petcore.services.desktop_pet import DesktopPet
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.fields import BreakMinutes, Cycles, FocusMinutes
from petcore.services.idempotency import Answer, Call

breaks = Section[DesktopPet]()

Phase = Literal["focus", "break", "completed"]


class StartPomodoroRequest(Model):
    """A timer to start."""

    user_id: UserId
    focus_minutes: Annotated[FocusMinutes, Integral] = 25
    break_minutes: Annotated[BreakMinutes, Integral] = 5
    cycles: Annotated[Cycles, Integral] = 4


class PomodoroSession(Model):
    """A timer."""

    session_id: AnsweredUuid
    user_id: UserId
    focus_minutes: FocusMinutes
    break_minutes: BreakMinutes
    cycles: Cycles
    started_at: AnsweredInstant
    ended_at: AnsweredInstant | None
    status: Literal["active", "completed"]


class PomodoroAnswer(Model):
    """The timer as stored."""

    ok: Literal[True]
    session: PomodoroSession


class PomodoroRequest(Model):
    """Which timer."""

    session_id: Uuid


class ScreenPayload(Model):
    """What the device shows."""

    title: str
    message: str
    screen: str


class PomodoroStatus(Model):
    """Where a timer stands."""

    session_id: AnsweredUuid
    phase: Phase
    cycle_index: Annotated[int, Field(ge=1)]
    seconds_remaining: Annotated[int, Field(ge=0)]
    server_time_utc: AnsweredInstant
    payload: ScreenPayload
    next_poll_s: NextPoll


class ActivePomodoro(Model):
    """Where the user's running timer stands; nulls if none runs."""

    active: bool
    session_id: AnsweredUuid | None
    phase: Phase | None
    cycle_index: Annotated[int, Field(ge=1)] | None
    seconds_remaining: Annotated[int, Field(ge=0)] | None
    server_time_utc: AnsweredInstant
    payload: ScreenPayload | None
    next_poll_s: NextPoll


class StressPromptsRequest(Model):
    """Whether high stress may ask for breaks."""

    user_id: UserId
    enabled: bool


class StressPromptsAnswer(Model):
    """The preference as stored."""

    ok: Literal[True]
    user_id: UserId
    enabled: bool


class PromptPoll(Model):
    """The oldest open prompt, or nulls."""

    show_prompt: bool
    prompt_id: AnsweredUuid | None
    type: Literal["HIGH_STRESS_BREAK"] | None
    reason: str | None
    created_at: AnsweredInstant | None
    payload: ScreenPayload | None
    next_poll_s: NextPoll


class AckPromptRequest(Model):
    """What the user decided: true accepts, false dismisses."""

    prompt_id: Uuid
    acknowledged: bool


class AckPromptAnswer(Model):
    """What was decided first; null where the session's end resolved the prompt."""

    ok: Literal[True]
    prompt_id: AnsweredUuid
    acknowledged: bool | None


@breaks.post(
    "/api/breaks/pomodoro/start", request=StartPomodoroRequest, response=PomodoroAnswer, status=201
)
async def start_pomodoro(pet: DesktopPet, request: StartPomodoroRequest, call: Call) -> Answer:
    """P9: Start a Pomodoro timer."""
    return await pet.breaks.start_pomodoro(PomodoroWish(**dict(request)), call)


@breaks.post("/api/breaks/pomodoro/stop", request=PomodoroRequest, response=PomodoroAnswer)
async def stop_pomodoro(pet: DesktopPet, request: PomodoroRequest, call: Call) -> Answer:
    """Extension: stop a Pomodoro timer."""
    return await pet.breaks.stop_pomodoro(request.session_id, call)


@breaks.get(
    "/api/breaks/pomodoro/status", request=PomodoroRequest, response=PomodoroStatus, acts=True
)
async def get_pomodoro_status(pet: DesktopPet, request: PomodoroRequest, call: Call) -> Answer:
    """P10: Poll Pomodoro status (ESP32)."""
    return await pet.breaks.get_pomodoro_status(request.session_id, call)


@breaks.get("/api/breaks/pomodoro/active", request=UserRequest, response=ActivePomodoro, acts=True)
async def get_active_pomodoro(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """Extension: find the running Pomodoro timer again, after a reboot say."""
    return await pet.breaks.get_active_pomodoro(request.user_id)


@breaks.post(
    "/api/breaks/preferences/stress-prompts",
    request=StressPromptsRequest,
    response=StressPromptsAnswer,
)
async def set_stress_prompts(pet: DesktopPet, request: StressPromptsRequest, call: Call) -> Answer:
    """P11: Enable or disable stress-prompted breaks."""
    return await pet.breaks.set_stress_prompts(request.user_id, request.enabled, call)


@breaks.get("/api/breaks/prompt/poll", request=UserRequest, response=PromptPoll)
async def poll_prompt(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P12: Poll for queued break prompts."""
    return await pet.breaks.poll_prompt(request.user_id)


@breaks.post("/api/breaks/prompt/ack", request=AckPromptRequest, response=AckPromptAnswer)
async def ack_prompt(pet: DesktopPet, request: AckPromptRequest, call: Call) -> Answer:
    """P13: Acknowledge a queued break prompt."""
    return await pet.breaks.acknowledge_prompt(request.prompt_id, request.acknowledged, call)
