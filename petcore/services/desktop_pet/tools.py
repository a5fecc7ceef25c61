"""What the pet can do for its user while it talks: one table.

Each tool goes through the service that a request would go through, for the user of the call; there
is no argument that could name another. Not here: that a turn uses them (``hands``), and what
arguments may be (``tool_arguments``).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

from petcore.errors import WrongState
from petcore.ports.language import Tool
from petcore.services.desktop_pet.breaks import Breaks, PomodoroWish
from petcore.services.desktop_pet.stress import SessionWish, Stress
from petcore.services.desktop_pet.tool_arguments import (
    Arguments,
    NoArguments,
    PomodoroArguments,
    ScheduleArguments,
    StudyArguments,
    schema,
)
from petcore.services.desktop_pet.water import ScheduleChange, Water
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan

A = TypeVar("A", bound=Arguments)
Use = Callable[["Tools", A, Call], Awaitable[Answer]]

_SOURCE = "presage"


@dataclass(frozen=True, slots=True)
class Row(Generic[A]):
    """A tool: what a language is told of it, and what it does. Only what ``acts`` is told to the
    user.
    """

    name: str
    description: str
    arguments: type[A]
    use: Use[A]
    acts: bool = False


class Tools:
    """The tools of all users. ``call`` says for whom one is used, and under which key."""

    def __init__(self, once: Once, water: Water, stress: Stress, breaks: Breaks) -> None:
        self._once = once
        self._water = water
        self._stress = stress
        self._breaks = breaks

    async def start_pomodoro(self, wanted: PomodoroArguments, call: Call) -> Answer:
        """As P9."""
        wish = PomodoroWish(_user(call), **dict(wanted))
        return _of(await self._breaks.start_pomodoro(wish, call), "session")

    async def stop_pomodoro(self, _: NoArguments, call: Call) -> Answer:
        """End the running Pomodoro."""

        async def running() -> object:
            return (await self._breaks.get_active_pomodoro(_user(call)))["session_id"]

        id = await self._meant(call, running, "no Pomodoro is running")
        return _of(await self._breaks.stop_pomodoro(id, call), "session")

    async def start_study_session(self, wanted: StudyArguments, call: Call) -> Answer:
        """As P5."""
        wish = SessionWish(_user(call), wanted.study_label, None, _SOURCE)
        return _of(await self._stress.start_session(wish, call), "session")

    async def end_study_session(self, _: NoArguments, call: Call) -> Answer:
        """As P7, for the running session."""

        async def running() -> object:
            return await self._stress.find_running(_user(call))

        id = await self._meant(call, running, "no study session is running")
        return _in_short(await self._stress.end_session(id, call), "session_id", "ended_at")

    async def set_water_schedule(self, wanted: ScheduleArguments, call: Call) -> Answer:
        """As P1, but what is not said stays."""
        change = ScheduleChange(**dict(wanted))
        return _of(await self._water.change_schedule(_user(call), change, call), "schedule")

    async def read_water(self, _: NoArguments, call: Call) -> Answer:
        """The schedule, and when the next reminder is due."""
        return await self._water.get_outlook(_user(call))

    async def read_pomodoro(self, _: NoArguments, call: Call) -> Answer:
        """Where the running Pomodoro stands."""
        running = await self._breaks.get_active_pomodoro(_user(call))
        return _of(running, "active", "phase", "cycle_index", "seconds_remaining")

    async def read_break(self, _: NoArguments, call: Call) -> Answer:
        """Whether the user is to take a break, does so, or soon will."""
        payload = (await self._breaks.poll_prompt(_user(call)))["payload"]
        running = await self._breaks.get_active_pomodoro(_user(call))
        left = running["seconds_remaining"] if running["phase"] == "focus" else None
        return {
            "prompt": {"message": payload["message"]} if isinstance(payload, Mapping) else None,
            "on_break": running["phase"] == "break",
            "next_break_in_s": left,
        }

    async def read_focus_report(self, _: NoArguments, call: Call) -> Answer:
        """How the running study session goes, or how the last one went."""
        report = await self._stress.get_latest_report(_user(call))
        return _in_short(report, "session_id", "status", "study_label")

    async def _meant(self, call: Call, find: Callable[[], Awaitable[object]], absence: str) -> str:
        """Which one is meant, where only one can be. Decided once for a key: who repeats the turn
        means the same one, also if that is over by now. Raises ``WrongState``.
        """

        async def look() -> tuple[str, None]:
            return _user(call), None

        async def decide(_: None) -> Decision:
            id = await find()
            if id is None:
                raise WrongState(absence)
            return Decision({"id": id})

        which = replace(call, route=f"{call.route}, which")
        plan = Plan(f"{which.route} of {_user(call)}", look, decide)
        return str((await self._once.run(which, plan))["id"])


_ROWS: tuple[Row[Arguments], ...] = cast(
    # The table holds tools of all arguments; each meets only its own.
    "tuple[Row[Arguments], ...]",
    (
        Row(
            "start_pomodoro",
            "Start a Pomodoro timer: focus, then a break, several times. Only if the user asks.",
            PomodoroArguments,
            Tools.start_pomodoro,
            acts=True,
        ),
        Row(
            "stop_pomodoro",
            "Stop the Pomodoro timer that is running.",
            NoArguments,
            Tools.stop_pomodoro,
            acts=True,
        ),
        Row(
            "start_study_session",
            "Start a study session, in which focus and stress are measured. study_label is what is"
            " studied, in the user's words.",
            StudyArguments,
            Tools.start_study_session,
            acts=True,
        ),
        Row(
            "end_study_session",
            "End the study session that is running, and get its report.",
            NoArguments,
            Tools.end_study_session,
            acts=True,
        ),
        Row(
            "set_water_schedule",
            "Change when the user is reminded to drink water: every interval_min minutes from"
            " start_time to end_time (HH:MM) in an IANA timezone, or not at all (enabled false)."
            " Give only what is to change.",
            ScheduleArguments,
            Tools.set_water_schedule,
            acts=True,
        ),
        Row(
            "read_water",
            "The user's water reminders, and in how many seconds the next one is due.",
            NoArguments,
            Tools.read_water,
        ),
        Row(
            "read_pomodoro",
            "Whether a Pomodoro timer is running, its phase (focus or break) and what is left.",
            NoArguments,
            Tools.read_pomodoro,
        ),
        Row(
            "read_break",
            "Whether the user is asked to take a break, is on one, or when the next one begins.",
            NoArguments,
            Tools.read_break,
        ),
        Row(
            "read_focus_report",
            "Focus and stress (0 to 1) in the running study session, or in the last one.",
            NoArguments,
            Tools.read_focus_report,
        ),
    ),
)
BY_NAME: Mapping[str, Row[Arguments]] = {row.name: row for row in _ROWS}

TOOLS = tuple(Tool(row.name, row.description, schema(row.arguments)) for row in _ROWS)
"""What a language is told."""
ACTING = frozenset(row.name for row in _ROWS if row.acts)
"""Those that change something."""


def _user(call: Call) -> str:
    return cast("str", call.user_id)


def _of(answer: Answer, *fields: str) -> Answer:
    return {field: answer[field] for field in fields}


def _in_short(answer: Answer, *fields: str) -> Answer:
    """These fields, and the report without the points of its graph, which may be thousands."""
    report = cast("Answer", answer["report"])
    short = {name: value for name, value in report.items() if name != "graph_points"}
    return {**_of(answer, *fields), "report": short}
