"""What nobody knows of break prompts, since somebody asked for it and it came to no end."""

from datetime import datetime

from simulator.invariants.exchanges import TALK
from simulator.invariants.high_stress import Prompt, Scored, Session
from simulator.invariants.samples import instant_of
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.wishes import END, Wish, Wishes
from simulator.kernel.trace import Json

SAMPLE = "POST /api/stress/sample"
ACK = "POST /api/breaks/prompt/ack"


class PromptDoubts:
    """``wishes`` knows what was asked for, ``clock`` what the server went by."""

    def __init__(self, wishes: Wishes, clock: ServerClock) -> None:
        self._wishes = wishes
        self._clock = clock

    def samples(self, session: Session) -> list[Scored]:
        """Those of a session that may have been stored and count if so."""
        return [
            (captured_at, score)
            for wish in self._sent(session)
            for captured_at, score in [self._scored(wish.asked, wish.since)]
            if session.counts(_confidence(wish.asked), captured_at, self._clock.now(wish.latest))
        ]

    def sampled_since(self, session: Session, otherwise: int) -> int:
        """Since when they may have been stored."""
        return min((wish.since for wish in self._sent(session)), default=otherwise)

    def resolved_since(self, prompt: Prompt) -> int | None:
        """Since when an open prompt may be resolved; None if it cannot be."""
        since = [wish.since for wish in self._wishes.open(ACK, END, *TALK) if _ends(wish, prompt)]
        if prompt.session is not None and prompt.session.in_doubt:
            since.append(prompt.since)
        return max(min(since), prompt.open_at) if since else None

    def decided_since(self, prompt: Prompt, decision: object, otherwise: int) -> int:
        """Since when ``decision`` may have been stored: the first is kept, and it may be that of an
        answer that came to no end.
        """
        since = [
            wish.since
            for wish in self._wishes.open(ACK)
            if _ends(wish, prompt) and wish.asked.get("acknowledged") is decision
        ]
        return max(min((otherwise, *since)), prompt.open_at)

    def may_ask(self, session: Session, at: int) -> bool:
        """Whether stress may be high for long enough by what is in doubt: which samples there are,
        and when the last prompt was resolved.
        """
        doubtful, quiet_until = self.samples(session), session.quiet_until[0]
        if session.is_open and session.prompt is not None:
            since = self.resolved_since(session.prompt)
            if since is None:
                return False
            quiet_until = self._clock.span(since, at)[0] + session.cool_down
        elif not doubtful:
            return False
        return session.may_ask(doubtful, quiet_until)

    def _sent(self, session: Session) -> list[Wish]:
        return [
            wish
            for wish in self._wishes.open(SAMPLE)
            if wish.text("session_id").lower() == session.id and _may_be_taken(wish.asked)
        ]

    def _scored(self, asked: Json, since: int) -> Scored:
        posted, stress = asked.get("captured_at"), asked.get("stress_score", 0)
        score = float(stress) if isinstance(stress, int | float) else 0.0
        return self._captured(posted, since), score

    def _captured(self, posted: object, since: int) -> datetime:
        """As it says; a sample that says nothing is of the time in which it comes."""
        return self._clock.now(since) if posted is None else instant_of(str(posted))


def _may_be_taken(asked: Json) -> bool:
    """Whether it says when it was captured, or nothing of that; no other sample is stored."""
    posted = asked.get("captured_at")
    try:
        return posted is None or bool(instant_of(str(posted)))
    except ValueError:
        return False


def _confidence(asked: Json) -> float:
    confidence = asked.get("confidence")
    return float(confidence) if isinstance(confidence, int | float) else 1.0


def _ends(wish: Wish, prompt: Prompt) -> bool:
    if wish.operation == ACK:
        return wish.text("prompt_id").lower() == prompt.prompt_id
    if prompt.session is None:
        return False
    return wish.may_end(prompt.session.id, prompt.user_id, prompt.session.told_at)
