"""Encouragement: a message that fits the scores (P14)."""

from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules.desktop_pet import encouragement
from petcore.rules.desktop_pet.stress import HighStressPolicy
from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.collections import ENCOURAGEMENT_EVENTS, FOCUS_SAMPLES, UNMEASURED
from petcore.services.desktop_pet.shapes import EncouragementEvent, Scores
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Write


class Encouragement:
    """The operation of the document's section "Encouragement"."""

    def __init__(self, ports: Ports, once: Once, policy: HighStressPolicy) -> None:
        self._ports = ports
        self._once = once
        self._policy = policy

    async def get_message(
        self, user_id: str, focus_score: float | None, stress_score: float | None, call: Call
    ) -> Answer:
        """P14: the next message. A score left out is that of the user's latest sample."""

        async def find() -> tuple[str, tuple[float, float]]:
            focus, stress = await self._latest_scores(user_id)
            given = (
                focus if focus_score is None else focus_score,
                stress if stress_score is None else stress_score,
            )
            return user_id, given

        async def decide(scores: tuple[float, float]) -> Decision:
            message = encouragement.choose(*scores, await self._heard(user_id))
            event = self._new_event(user_id, scores, message)
            write = Write(ENCOURAGEMENT_EVENTS, event)
            return Decision({"ok": True, "message": message}, write, is_fresh=True)

        return await self._once.run(call, Plan(f"encouragement:{user_id}", find, decide))

    async def _latest_scores(self, user_id: str) -> tuple[float, float]:
        believed = to_ms(self._ports.clock.now() + self._policy.ahead) + 1
        newest: Query[Scores] = Query(
            FOCUS_SAMPLES,
            {"user_id": user_id},
            "captured_at_ms",
            below=believed,
            descending=True,
            limit=1,
            without=UNMEASURED,
        )
        latest = await self._ports.store.find(newest)
        if not latest:
            return encouragement.MIDDLE, encouragement.MIDDLE
        return latest[0]["focus_score"], latest[0]["stress_score"]

    async def _heard(self, user_id: str) -> list[str]:
        events = await self._ports.store.find(
            Query(
                ENCOURAGEMENT_EVENTS,
                {"user_id": user_id},
                "created_at_ms",
                descending=True,
                limit=encouragement.REMEMBERED,
            )
        )
        return [event["message"] for event in events]

    def _new_event(
        self, user_id: str, scores: tuple[float, float], message: str
    ) -> EncouragementEvent:
        now = self._ports.clock.now()
        focus_score, stress_score = scores
        return EncouragementEvent(
            _id=f"encouragement:{self._ports.entropy.new_id()}",
            version=1,
            user_id=user_id,
            stress_score=stress_score,
            focus_score=focus_score,
            message=message,
            created_at=now,
            created_at_ms=to_ms(now),
        )
