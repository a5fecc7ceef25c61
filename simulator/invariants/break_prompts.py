"""A break prompt comes when stress has stayed high for ten minutes, and never without that.

Stress is high from 0.75 on. Samples of less confidence than 0.5, and those dated more than five
minutes ahead, are as if they had not been sent. Of the others, in the order in which they were
captured, those count that end with the newest one, are all high, and are nowhere more than six
minutes apart; when the first and the last of them are ten minutes apart, the sample that arrived
last brings a prompt. Until a session's prompt is resolved there is no other; after that, samples of
the next fifteen minutes do not count. Whether a session may ask at all is said at its start;
switching the preference off later forbids it, too.

A poll shows the oldest open prompt of its user, and nothing if there is none.

What was answered was done at some time between its first request and that answer, by the clock of
the server; and a poll tells of some moment between its question and its answer. What has come to no
end (``wishes``) may have been done: a sample may have brought a prompt, or broken the high stress;
a prompt may be resolved by an answer to it, by an end of its session, or by words to the pet that
were said while the session ran. So there are prompts that must come, and some that may. Whoever is
told of a decision may be told of an earlier answer that said the same and came to no end: then
samples count again that much earlier, but not as if it had come before a poll that shows the prompt
was asked.

A sample that the server made itself is told of as soon as it is stored, and its prompt is stored
after it. If it is made of metrics, the prompt must be there when these are answered; if of what a
camera shows, when a slow store has had its time; and in any case before the next sample is stored.
"""

from collections import defaultdict, deque
from datetime import timedelta

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Objection, Weighs
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.high_stress import SOME_DAY, Policy, Prompt, Session
from simulator.invariants.patience import store_ms
from simulator.invariants.preferences import PREFER, Preferences
from simulator.invariants.prompt_doubts import ACK, SAMPLE, PromptDoubts
from simulator.invariants.repeats import Repeats
from simulator.invariants.samples import instant_of, sample_of, session_of
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.wishes import END, Wish, Wishes
from simulator.kernel.trace import Event

_START, _POLL = "POST /api/stress/session/start", "GET /api/breaks/prompt/poll"
_METRICS = "POST /api/stress/metrics"
_SLACK = timedelta(milliseconds=1)
_REMEMBERED = 256
"""Prompts that one user has seen. Nobody answers one of last month."""


class BreakPrompts(Judge):
    """The judge. The server's clock is known but for ``unsure``."""

    name = "break prompts"

    def __init__(self, zones: Zones, unsure: timedelta = _SLACK) -> None:
        super().__init__()
        self._policy = Policy()
        self._unsure = unsure
        self._late_ms = 0
        self._clock = ServerClock(zones)
        self._repeats = Repeats()
        self._wishes = Wishes(PREFER, _START, SAMPLE, _METRICS, END, ACK, *TALK)
        self._doubts = PromptDoubts(self._wishes, self._clock)
        self._preferences = Preferences(self._wishes, self._clock)
        self._sessions: dict[str, Session] = {}
        self._open: defaultdict[str, list[Prompt]] = defaultdict(list)
        self._on_their_way: dict[str, Prompt] = {}
        self._seen: dict[str, Prompt] = {}
        self._seen_by: defaultdict[str, deque[str]] = defaultdict(deque)
        self.due_at: list[int] = []
        """When stress had been high for ten minutes, in milliseconds since the world began."""

    @property
    def hears(self) -> Hears:
        """How the server of this world is set, and its clock."""
        return {**self._clock.hears, "world": self._begin}

    @property
    def heeds(self) -> Hears:
        """What is asked."""
        return self._wishes.heeds

    @property
    def weighs(self) -> Weighs:
        """Every poll and every answer to a prompt is a case."""
        return {
            **self._wishes.weighs,
            PREFER: self._prefer,
            _START: self._start,
            SAMPLE: self._sample,
            _METRICS: self._answer_metrics,
            END: self._end,
            _POLL: self._poll,
            ACK: self._ack,
        }

    def _begin(self, event: Event) -> None:
        self._clock.begin(event)
        self._late_ms = store_ms(event)
        told = event.get("high_stress", {})
        assert isinstance(told, dict)
        self._policy = Policy(**told)

    # What was done.

    def _prefer(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            self._preferences.prefer(exchange)

    def _start(self, exchange: Exchange) -> None:
        if self._repeats.is_repeat(exchange):
            return
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        user_id, allows = session["user_id"], session["allow_prompted_breaks"]
        preference = self._preferences.wanted(user_id, self._wishes.since(exchange))
        wish = exchange.asked.get("allow_prompted_breaks")
        self.demand(
            allows in (preference if wish is None else {wish}),
            exchange.at,
            f"session {session['session_id']} of {user_id} was started with "
            f"allow_prompted_breaks {wish} and preference {preference}, and answered {allows}",
        )
        self._sessions[session["session_id"]] = Session(
            session["session_id"],
            user_id,
            exchange.at,
            instant_of(session["started_at"]),
            allows,
            self._policy,
        )

    def _sample(self, exchange: Exchange) -> None:
        session = self._sessions.get(session_of(exchange))
        if self._repeats.is_repeat(exchange) or session is None:
            return
        if exchange.by_server and session.prompt is not None:
            session.prompt.arrive(exchange.at)
        sample, since = sample_of(exchange), self._since(exchange, session)
        now = self._clock.span(since, exchange.at)[1]
        if not session.counts(sample.confidence, sample.captured_at, now):
            return
        session.add((sample.captured_at, sample.stress_score))
        if not session.is_open:
            self._detect(session, since, exchange)

    def _since(self, exchange: Exchange, session: Session) -> int:
        """Since when a sample may have been decided on. What the server makes is told of when it
        was stored; a slow store may put that off, or a failure until the metrics are sent again.
        """
        since = self._wishes.since(exchange)
        if not exchange.by_server:
            return since
        asked_since = (wish.since for wish in self._metrics_for(session))
        return min((since - self._late_ms, *asked_since))

    def _metrics_for(self, session: Session) -> list[Wish]:
        """Metrics that may still become a sample of it."""
        wishes = self._wishes.open(_METRICS)
        return [wish for wish in wishes if wish.text("session_id").lower() == session.id]

    def _detect(self, session: Session, since: int, exchange: Exchange) -> None:
        """A sample was stored: a prompt must have come, or may have come, or neither."""
        at = exchange.at
        may = self._preferences.let_ask(session, since)
        doubtful = self._doubts.samples(session)
        since = self._doubts.sampled_since(session, since)
        if may == {True} and session.must_ask(doubtful):
            # If one may have come before, it is that one now.
            since = min((since, *(begin for begin, _ in session.perhaps)))
            session.prompt = Prompt(session.user_id, since, at, session)
            if exchange.by_server:
                self._await(session.prompt, session, exchange)
            session.perhaps.clear()
            self.due_at.append(at)
            self._open[session.user_id].append(session.prompt)
        elif True in may and session.may_ask(doubtful, session.quiet_until[0]):
            session.perhaps.append((since, at))

    def _await(self, prompt: Prompt, session: Session, exchange: Exchange) -> None:
        """The server has stored a sample that it made itself, and will store the prompt."""
        prompt.stored_by = exchange.at + self._late_ms
        if self._metrics_for(session):
            prompt.stored_by = SOME_DAY
            self._on_their_way[exchange.text("sample_id")] = prompt

    def _answer_metrics(self, exchange: Exchange) -> None:
        prompt = self._on_their_way.pop(exchange.text("sample_id"), None)
        if prompt is not None:
            prompt.arrive(exchange.at)

    def _end(self, exchange: Exchange) -> None:
        since = self._wishes.since(exchange)
        for session_id in self._ended_by(exchange, since):
            session = self._sessions.pop(session_id, None)
            if session is not None and session.prompt is not None:
                self._resolve(session.prompt, None, since, exchange.at)

    def _ended_by(self, exchange: Exchange, since: int) -> list[str]:
        """A pet that is told to end the session ends all that run; of one that began since it was
        told nobody knows.
        """
        if not exchange.by_pet:
            return [session_of(exchange)]
        user_id = exchange.asked["user_id"]
        theirs = [each for each in self._sessions.values() if each.user_id == user_id]
        for session in theirs:
            session.in_doubt |= session.told_at > since
        named = [session_of(exchange)] if "session_id" in exchange.asked else []
        return [*(each.id for each in theirs if not each.in_doubt), *named]

    def _resolve(self, prompt: Prompt, decision: bool | None, since: int, at: int) -> None:
        if prompt.resolved_at is None:
            prompt.resolved_at, prompt.decision = at, decision
            prompt.resolved = self._clock.span(since, at)
            if prompt.is_due:
                self._open[prompt.user_id].remove(prompt)

    def _ack(self, exchange: Exchange) -> None:
        prompt, since = self._seen.get(exchange.text("prompt_id")), self._wishes.since(exchange)
        if prompt is None:
            words = f"prompt {exchange.text('prompt_id')} was acknowledged, but no poll showed it"
            return self.demand(False, exchange.at, words)
        said, wanted = exchange.answer["acknowledged"], exchange.asked["acknowledged"] is True
        resolved_at = exchange.at if prompt.resolved_at is None else prompt.resolved_at
        is_known = self._doubts.resolved_since(prompt) is None and (
            prompt.resolved_at is None or resolved_at < since
        )
        decided_since = self._doubts.decided_since(prompt, said, since)
        self._resolve(prompt, wanted, decided_since, exchange.at)
        if not is_known:
            prompt.decision = said if isinstance(said, bool) else None
        return self.demand(
            said is prompt.decision,
            exchange.at,
            f"the decision on prompt {prompt.prompt_id} was {prompt.decision}, and the server "
            f"answered {said}",
        )

    # What is shown.

    def _poll(self, exchange: Exchange) -> None:
        self.cases += 1
        due = self._open[str(exchange.asked["user_id"])]
        must = next((each for each in due if self._must_show(each, exchange)), None)
        if exchange.answer["show_prompt"] is not True:
            return self._miss(must, exchange) if must else None
        shown = self._seen.get(exchange.text("prompt_id"))
        if shown is not None:
            shown.show(exchange.asked_at)
            return self._compare(shown, must, exchange)
        return self._meet(due, must, exchange)

    def _must_show(self, prompt: Prompt, exchange: Exchange) -> bool:
        """Whether it was open when the poll was asked, and is for all that one knows."""
        is_sure = self._doubts.resolved_since(prompt) is None
        return prompt.was_there(exchange.asked_at) and not prompt.is_missed and is_sure

    def _meet(self, due: list[Prompt], must: Prompt | None, exchange: Exchange) -> None:
        """A prompt is shown for the first time."""
        unseen = [each for each in due if each.prompt_id is None]
        match = next((each for each in unseen if self._came(each.since, each.at, exchange)), None)
        if match is not None:
            self._see(match, exchange)
            return self._compare(match, must, exchange)
        if (session := self._asks_perhaps(exchange)) is not None:
            session.prompt = Prompt(session.user_id, exchange.at, exchange.at, session)
            session.perhaps.clear()
            self._open[session.user_id].append(session.prompt)
            return self._see(session.prompt, exchange)
        prompt_id, created_at = exchange.text("prompt_id"), exchange.instant("created_at")
        if unseen:
            self._see(unseen[0], exchange)
            due_at = self._clock.now(unseen[0].at)
            words = f"shows prompt {prompt_id} of {created_at}; stress had been high for ten "
            return self._object(exchange, f"{words}minutes at {due_at}")
        user_id = str(exchange.asked["user_id"])
        self._see(Prompt(user_id, exchange.at, exchange.at, is_due=False), exchange)
        words = f"shows prompt {prompt_id} of {created_at} though stress had not been high for ten "
        return self._object(exchange, f"{words}minutes, or nobody may be asked")

    def _asks_perhaps(self, exchange: Exchange) -> Session | None:
        """The session that may have brought a prompt which is not known to be due."""
        for session in self._sessions.values():
            if session.user_id != exchange.asked["user_id"]:
                continue
            if any(self._came(since, at, exchange) for since, at in session.perhaps):
                return session
            since = self._doubts.sampled_since(session, session.told_at)
            if (
                self._doubts.may_ask(session, exchange.at)
                and True in self._preferences.let_ask(session, since)
                and self._came(since, exchange.at, exchange)
            ):
                return session
        return None

    def _came(self, since: int, until: int, exchange: Exchange) -> bool:
        """Whether the prompt that is shown says that it came in this time."""
        return self._clock.showed(exchange.instant("created_at"), since, until, self._unsure)

    def _compare(self, shown: Prompt, must: Prompt | None, exchange: Exchange) -> None:
        """A prompt that is known is shown: it is the oldest open one."""
        if not shown.is_due:
            return
        if shown.resolved_at is not None:
            if shown.resolved_at < exchange.asked_at:
                shown.is_due = False
                words = f"shows prompt {shown.prompt_id} again, which has been resolved"
                self._object(exchange, words)
        elif must is not None and must.at < shown.since and not shown.is_missed:
            shown.is_missed = True
            words = f"shows prompt {shown.prompt_id}, which is not the oldest open one"
            self._object(exchange, words)

    def _miss(self, prompt: Prompt, exchange: Exchange) -> None:
        """A prompt must be shown and none is."""
        prompt.is_missed = True
        self._object(
            exchange,
            f"shows no prompt although stress had been high for ten minutes at "
            f"{self._clock.now(prompt.at)} and nobody resolved prompt "
            f"{prompt.prompt_id or 'of then'}",
        )

    def _see(self, prompt: Prompt, exchange: Exchange) -> None:
        prompt.prompt_id = exchange.text("prompt_id")
        prompt.arrive(exchange.at)
        self._seen[prompt.prompt_id] = prompt
        theirs = self._seen_by[prompt.user_id]
        theirs.append(prompt.prompt_id)
        if len(theirs) > _REMEMBERED:
            del self._seen[theirs.popleft()]

    def _object(self, exchange: Exchange, what: str) -> None:
        user_id = exchange.asked["user_id"]
        words = f"poll {exchange.id} for {user_id} {what}"
        self.objections.append(Objection(exchange.at, words))
