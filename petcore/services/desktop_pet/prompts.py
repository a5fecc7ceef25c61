"""Break prompts: what queues them in a study session, and what resolves them.

The sections "Focus / Stress" and "Breaks" both stand on this.
"""

from dataclasses import replace
from datetime import datetime

from petcore.marks import mark
from petcore.ports import Ports
from petcore.ports.store import Query, Scalar
from petcore.rules.desktop_pet import breaks, stress
from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.collections import (
    BREAK_PREFERENCES,
    BREAK_PROMPTS,
    FOCUS_SAMPLES,
    UNMEASURED,
    id_of,
)
from petcore.services.desktop_pet.shapes import (
    BreakPrompt,
    FocusSample,
    FocusSession,
    Payload,
    Scores,
)
from petcore.services.outbox import Document, Write

_PAYLOAD: Payload = {
    "title": "Break time",
    "message": "Your stress has stayed high. Take a short break.",
    "screen": "BREAK_PROMPT",
}


class Prompts:
    """What is known of break prompts, and the writes that queue and resolve them."""

    def __init__(self, ports: Ports, policy: stress.HighStressPolicy) -> None:
        self._ports = ports
        self._policy = policy

    async def is_wanted(self, user_id: str) -> bool:
        """Whether the user's stored preference asks for prompts; without one it does not."""
        preference = await self._ports.store.get(BREAK_PREFERENCES, preference_key(user_id))
        return preference is not None and preference["stress_prompt_enabled"]

    async def may_prompt(self, session: FocusSession) -> bool:
        """Whether ``session`` may ask for a break now."""
        preference = await self._ports.store.get(
            BREAK_PREFERENCES, preference_key(session["user_id"])
        )
        return stress.may_prompt(
            session["allow_prompted_breaks"],
            session["started_at"],
            preference["stress_prompt_enabled"] if preference else None,
            preference["updated_at"] if preference else None,
        )

    async def react(
        self, session: FocusSession, sample: FocusSample
    ) -> tuple[FocusSession, tuple[Write[Document], ...]]:
        """The session after ``sample``, and the prompt that it queues, if any."""
        if not sample["is_counted"]:
            return session, ()
        now = self._ports.clock.now()
        is_open, since = await self._quiet(session["prompt_id"])
        found = stress.detect(await self._evidence(sample), now, self._policy, since)
        changed: FocusSession = {**session, "high_at_ms": to_ms(found.high_at)}
        if is_open:
            mark("prompt while open")
        if is_open or not found.is_high:
            return changed, ()
        if not await self.may_prompt(session):
            mark("prompt not wanted")
            return changed, ()
        mark("prompt queued")
        prompt = self._queue(session, now)
        prompted: FocusSession = {**changed, "prompt_id": prompt["prompt_id"]}
        return prompted, (Write(BREAK_PROMPTS, prompt),)

    async def _evidence(self, sample: FocusSample) -> list[stress.Sample]:
        """The counted samples of the session that the detector needs, ``sample`` among them."""
        counted: dict[str, Scalar] = {"session_id": sample["session_id"], "is_counted": 1}
        by_time: Query[Scores] = Query(FOCUS_SAMPLES, counted, "captured_at_ms", without=UNMEASURED)
        latest = replace(by_time, descending=True, limit=1)
        before = [known["captured_at"] for known in await self._ports.store.find(latest)]
        newest = max((*before, sample["captured_at"]))
        if newest not in before and sample["stress_score"] < self._policy.threshold:
            # It ends whatever was high before it, so nothing before it matters.
            return [rule_of(sample)]
        start = to_ms(newest - self._policy.lookback)
        stored = await self._ports.store.find(replace(by_time, at_least=start))
        return [rule_of(known) for known in (*stored, sample)]

    async def closing(self, prompt_id: str, now: datetime) -> tuple[Write[Document], ...]:
        """The writes that resolve a session's latest prompt, if that is open, at its end."""
        prompt = await self._ports.store.get(BREAK_PROMPTS, prompt_key(prompt_id))
        if prompt is None or prompt["resolved_at"] is not None:
            return ()
        mark("prompt closed")
        return (Write(BREAK_PROMPTS, resolved(prompt, None, now), prompt["version"]),)

    async def _quiet(self, prompt_id: str) -> tuple[bool, datetime | None]:
        """Whether a session's latest prompt is open, and if not, from when samples count again."""
        prompt = await self._ports.store.get(BREAK_PROMPTS, prompt_key(prompt_id))
        if prompt is None:
            return False, None
        if prompt["resolved_at"] is None:
            return True, None
        return False, stress.quiet_until(prompt["resolved_at"], self._policy)

    def _queue(self, session: FocusSession, now: datetime) -> BreakPrompt:
        """A new open prompt of ``session``."""
        id = self._ports.entropy.new_id()
        return BreakPrompt(
            _id=prompt_key(id),
            version=1,
            outbox=[],
            outbox_len=0,
            prompt_id=id,
            user_id=session["user_id"],
            session_id=session["session_id"],
            type=breaks.PROMPT_TYPE,
            reason=breaks.prompt_reason(self._policy.held),
            created_at=now,
            resolved_at=None,
            acknowledged=None,
            payload={**_PAYLOAD},
            created_at_ms=to_ms(now),
            is_open=1,
        )


def resolved(prompt: BreakPrompt, acknowledged: bool | None, now: datetime) -> BreakPrompt:
    """The prompt as it is once the user, or the end of its session (None), has resolved it."""
    return {**prompt, "resolved_at": now, "acknowledged": acknowledged, "is_open": 0}


def prompt_key(prompt_id: str) -> str:
    """The ``_id`` of a prompt."""
    return id_of(BREAK_PROMPTS, prompt_id=prompt_id)


def preference_key(user_id: str) -> str:
    """The ``_id`` of a user's preference."""
    return id_of(BREAK_PREFERENCES, user_id=user_id)


def rule_of(sample: Scores) -> stress.Sample:
    """The sample as the rules know it."""
    return stress.Sample(
        captured_at=sample["captured_at"],
        stress_score=sample["stress_score"],
        focus_score=sample["focus_score"],
        confidence=sample["confidence"],
    )
