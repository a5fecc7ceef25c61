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
_ENDED_MAX = 16
"""How many are ended at once. Hardly anybody has more of them running; who has says it again."""


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
        """As P9; ``already_running`` says that another one still runs beside it."""

        async def running() -> Answer:
            return _of(await self._breaks.get_active_pomodoro(_user(call)), "active")

        before = await self._found(call, running)
        wish = PomodoroWish(_user(call), **dict(wanted))
        started = await self._breaks.start_pomodoro(wish, call)
        return {**_of(started, "session"), "already_running": before["active"]}

    async def stop_pomodoro(self, _: NoArguments, call: Call) -> Answer:
        """End every running Pomodoro; ``stopped`` says how many, and it is the newest that is
        told of.
        """

        async def running() -> object:
            return (await self._breaks.get_active_pomodoro(_user(call)))["session_id"]

        ended = await self._end_all(call, running, self._breaks.stop_pomodoro)
        if not ended:
            raise WrongState("no Pomodoro is running")
        return {**_of(ended[0], "session"), "stopped": len(ended)}

    async def start_study_session(self, wanted: StudyArguments, call: Call) -> Answer:
        """As P5."""
        wish = SessionWish(_user(call), wanted.study_label, None, _SOURCE)
        return _of(await self._stress.start_session(wish, call), "session")

    async def end_study_session(self, _: NoArguments, call: Call) -> Answer:
        """As P7, for every running session; ``ended`` says how many, and it is the latest that is
        told of.
        """

        async def running() -> object:
            return await self._stress.find_running(_user(call))

        ended = await self._end_all(call, running, self._stress.end_session)
        if not ended:
            raise WrongState("no study session is running")
        return {**_in_short(ended[0], "session_id", "ended_at"), "ended": len(ended)}

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

    async def _end_all(
        self,
        call: Call,
        find: Callable[[], Awaitable[object]],
        end: Callable[[str, Call], Awaitable[Answer]],
    ) -> list[Answer]:
        """End what is found until nothing is. Each is found once for a key, and so is that there
        are no more: who repeats the turn means the same ones, and none that began later.
        """

        async def another() -> Answer:
            return {"id": await find()}

        ended: list[Answer] = []
        while len(ended) < _ENDED_MAX:
            one = replace(call, key=call.key and f"{call.key} {len(ended)}")
            id = (await self._found(one, another))["id"]
            if id is None:
                break
            ended.append(await end(str(id), one))
        return ended

    async def _found(self, call: Call, find: Callable[[], Awaitable[Answer]]) -> Answer:
        """What was found when it was looked for under this key for the first time."""

        async def look() -> tuple[str, None]:
            return _user(call), None

        async def decide(_: None) -> Decision:
            return Decision(await find())

        found = replace(call, route=f"{call.route}, found")
        return await self._once.run(found, Plan(f"{found.route} for {_user(call)}", look, decide))


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
            "Stop the Pomodoro timer, or all of them if several are running.",
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
            "End the study session, or all of them if several are running; get a report.",
            NoArguments,
            Tools.end_study_session,
            acts=True,
        ),
        Row(
            "set_water_schedule",
            "Change when the user is reminded to drink water: every interval_min minutes from"
            " start_time to end_time (HH:MM) in an IANA timezone, or not at all (enabled false)."
            " Give only what is to change. Without a schedule the timezone is UTC: if read_water"
            " says that there is none, ask the user for theirs first.",
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
