"""Breaks: Pomodoro timers, the preference and the queued prompts (P9 to P13)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from petcore.errors import NotFound
from petcore.marks import mark
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules.desktop_pet import POLL_MAX, breaks, next_poll_s
from petcore.rules.instant import from_ms, to_ms
from petcore.services.desktop_pet.collections import (
    BREAK_PREFERENCES,
    BREAK_PROMPTS,
    FOCUS_SESSIONS,
    POMODORO_SESSIONS,
    id_of,
    shown,
)
from petcore.services.desktop_pet.prompts import Prompts, preference_key, prompt_key, resolved
from petcore.services.desktop_pet.shapes import BreakPreference, BreakPrompt, PomodoroSession
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Conflict, Outbox, Write

_SHOWN = (
    "session_id",
    "user_id",
    "focus_minutes",
    "break_minutes",
    "cycles",
    "started_at",
    "ended_at",
    "status",
)
_PROMPT_SHOWN = ("prompt_id", "type", "reason", "created_at", "payload")
_LOOKED_AT = 16
_ACTIVE_SHOWN = ("session_id", "phase", "cycle_index", "seconds_remaining", "payload")


@dataclass(frozen=True, slots=True)
class PomodoroWish:
    """A timer to start: minutes 1..240 and 1..120, cycles 1..24."""

    user_id: str
    focus_minutes: int
    break_minutes: int
    cycles: int


class Breaks:
    """The operations of the document's section "Breaks"."""

    def __init__(self, ports: Ports, outbox: Outbox, once: Once, prompts: Prompts) -> None:
        self._ports = ports
        self._outbox = outbox
        self._once = once
        self._prompts = prompts

    async def start_pomodoro(self, wish: PomodoroWish, call: Call) -> Answer:
        """P9: start a Pomodoro."""

        async def find() -> tuple[str, None]:
            return wish.user_id, None

        async def decide(_: None) -> Decision:
            pomodoro = self._new_pomodoro(wish)
            return Decision(
                _pomodoro_answer(pomodoro), Write(POMODORO_SESSIONS, pomodoro), is_fresh=True
            )

        return await self._once.run(call, Plan(f"pomodoro:{wish.user_id}", find, decide))

    async def stop_pomodoro(self, session_id: str, call: Call) -> Answer:
        """Extension: end a Pomodoro before its time. What has ended stays as it ended."""

        async def decide(pomodoro: PomodoroSession) -> Decision:
            if pomodoro["ended_at"] is not None:
                return Decision(_pomodoro_answer(pomodoro))
            end = breaks.stopped_at(_rule_of(pomodoro), self._ports.clock.now())
            ended = _ended(pomodoro, end)
            return Decision(
                _pomodoro_answer(ended), Write(POMODORO_SESSIONS, ended, pomodoro["version"])
            )

        plan = Plan(
            _pomodoro_key(session_id),
            lambda: self._find_pomodoro(session_id, call),
            decide,
            binds_key=True,
        )
        return await self._once.run(call, plan)

    async def get_pomodoro_status(self, session_id: str, call: Call) -> Answer:
        """P10: where a Pomodoro stands. Raises ``NotFound``."""
        pomodoro = await self._ports.store.get(POMODORO_SESSIONS, _pomodoro_key(session_id))
        if pomodoro is None or not call.may_see(pomodoro["user_id"]):
            raise NotFound(f"session_id: no Pomodoro {session_id}")
        now = self._ports.clock.now()
        await self._close_if_over(pomodoro, now)
        return self._status(pomodoro, now)

    async def get_active_pomodoro(self, user_id: str) -> Answer:
        """Extension: the newest Pomodoro of the user that still runs; nulls if none does."""
        now = self._ports.clock.now()
        running = Query(
            POMODORO_SESSIONS,
            {"user_id": user_id, "status": "active"},
            "started_at_ms",
            descending=True,
            limit=_LOOKED_AT,
        )
        while pomodoros := await self._ports.store.find(running):
            for pomodoro in pomodoros:
                if not await self._close_if_over(pomodoro, now):
                    return {"active": True, **self._status(pomodoro, now)}
        return {
            "active": False,
            **dict.fromkeys(_ACTIVE_SHOWN),
            "server_time_utc": now,
            "next_poll_s": next_poll_s(POLL_MAX, self._ports.time_scale),
        }

    async def set_stress_prompts(self, user_id: str, enabled: bool, call: Call) -> Answer:
        """P11: say whether high stress may ask for breaks."""

        async def find() -> tuple[str, BreakPreference | None]:
            return user_id, await self._outbox.load(BREAK_PREFERENCES, preference_key(user_id))

        async def decide(stored: BreakPreference | None) -> Decision:
            preference = BreakPreference(
                _id=preference_key(user_id),
                version=1,
                outbox=[],
                outbox_len=0,
                user_id=user_id,
                stress_prompt_enabled=enabled,
                updated_at=self._ports.clock.now(),
            )
            write = Write(BREAK_PREFERENCES, preference, stored["version"] if stored else 0)
            return Decision({"ok": True, "user_id": user_id, "enabled": enabled}, write)

        return await self._once.run(call, Plan(preference_key(user_id), find, decide))

    async def poll_prompt(self, user_id: str) -> Answer:
        """P12: the user's oldest open prompt, or nulls. Polling does not consume it."""
        oldest = Query(BREAK_PROMPTS, {"user_id": user_id, "is_open": 1}, "created_at_ms", limit=1)
        prompts = await self._ports.store.find(oldest)
        high_at = None if prompts else await self._high_at(user_id)
        wait = breaks.prompt_poll(bool(prompts), high_at, self._ports.clock.now())
        opened = shown(prompts[0], _PROMPT_SHOWN) if prompts else dict.fromkeys(_PROMPT_SHOWN)
        return {
            "show_prompt": bool(prompts),
            **opened,
            "next_poll_s": next_poll_s(wait, self._ports.time_scale),
        }

    async def acknowledge_prompt(self, prompt_id: str, acknowledged: bool, call: Call) -> Answer:
        """P13: accept (True) or dismiss (False) a prompt; the first decision is kept."""

        async def decide(prompt: BreakPrompt) -> Decision:
            if prompt["resolved_at"] is not None:
                mark("prompt decided before")
                return Decision(_prompt_answer(prompt))
            settled = resolved(prompt, acknowledged, self._ports.clock.now())
            return Decision(
                _prompt_answer(settled), Write(BREAK_PROMPTS, settled, prompt["version"])
            )

        plan = Plan(
            prompt_key(prompt_id),
            lambda: self._find_prompt(prompt_id, call),
            decide,
            binds_key=True,
        )
        return await self._once.run(call, plan)

    async def _find_pomodoro(self, session_id: str, call: Call) -> tuple[str, PomodoroSession]:
        pomodoro = await self._outbox.load(POMODORO_SESSIONS, _pomodoro_key(session_id))
        if pomodoro is None or not call.may_see(pomodoro["user_id"]):
            raise NotFound(f"session_id: no Pomodoro {session_id}")
        return pomodoro["user_id"], pomodoro

    async def _find_prompt(self, prompt_id: str, call: Call) -> tuple[str, BreakPrompt]:
        prompt = await self._outbox.load(BREAK_PROMPTS, prompt_key(prompt_id))
        if prompt is None or not call.may_see(prompt["user_id"]):
            raise NotFound(f"prompt_id: no break prompt {prompt_id}")
        return prompt["user_id"], prompt

    def _new_pomodoro(self, wish: PomodoroWish) -> PomodoroSession:
        id, now = self._ports.entropy.new_id(), self._ports.clock.now()
        return PomodoroSession(
            _id=_pomodoro_key(id),
            version=1,
            outbox=[],
            outbox_len=0,
            session_id=id,
            user_id=wish.user_id,
            focus_minutes=wish.focus_minutes,
            break_minutes=wish.break_minutes,
            cycles=wish.cycles,
            started_at=now,
            ended_at=None,
            status="active",
            started_at_ms=to_ms(now),
        )

    def _status(self, pomodoro: PomodoroSession, now: datetime) -> dict[str, object]:
        progress = breaks.progress(_rule_of(pomodoro), now)
        message = breaks.PHASE_MESSAGE[progress.phase]
        return {
            "session_id": pomodoro["session_id"],
            "phase": progress.phase.value,
            "cycle_index": progress.cycle_index,
            "seconds_remaining": progress.seconds_remaining,
            "server_time_utc": now,
            "payload": {"title": "Pomodoro", "message": message, "screen": "POMODORO_TIMER"},
            "next_poll_s": next_poll_s(progress.next_poll, self._ports.time_scale),
        }

    async def _close_if_over(self, pomodoro: PomodoroSession, now: datetime) -> bool:
        """Whether the Pomodoro is over; if it ran out unseen, that is recorded first.

        Whoever else changes it meanwhile has recorded its end as well, so losing is as good.
        """
        end = breaks.ended_at(_rule_of(pomodoro), now)
        if end is not None and pomodoro["ended_at"] is None:
            write = Write(POMODORO_SESSIONS, _ended(pomodoro, end), pomodoro["version"])
            mark("pomodoro ran out")
            with suppress(Conflict):
                await self._outbox.commit(write)
        return end is not None

    async def _high_at(self, user_id: str) -> datetime | None:
        """When a prompt could be queued at the earliest, as far as the running sessions tell."""
        running = Query(FOCUS_SESSIONS, {"user_id": user_id, "status": "active"})
        instants = [
            session["high_at_ms"]
            for session in await self._ports.store.find(running)
            if await self._prompts.may_prompt(session)
        ]
        return from_ms(min(instants)) if instants else None


def _pomodoro_key(session_id: str) -> str:
    return id_of(POMODORO_SESSIONS, session_id=session_id)


def _rule_of(pomodoro: PomodoroSession) -> breaks.Pomodoro:
    return breaks.Pomodoro(
        focus=timedelta(minutes=pomodoro["focus_minutes"]),
        pause=timedelta(minutes=pomodoro["break_minutes"]),
        cycles=pomodoro["cycles"],
        started_at=pomodoro["started_at"],
        ended_at=pomodoro["ended_at"],
    )


def _ended(pomodoro: PomodoroSession, at: datetime) -> PomodoroSession:
    return {**pomodoro, "ended_at": at, "status": "completed"}


def _pomodoro_answer(pomodoro: PomodoroSession) -> Answer:
    return {"ok": True, "session": shown(pomodoro, _SHOWN)}


def _prompt_answer(prompt: BreakPrompt) -> Answer:
    return {
        "ok": True,
        "prompt_id": prompt["prompt_id"],
        "acknowledged": prompt["acknowledged"],
    }
