"""Clients of all kinds, in any order: what the machines of all sections have in common.

A machine sends requests, a ``Model`` says what must come back, and the watch looks on. Here: time,
keys, and what holds after every step. Not here: any operation.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.contracts.contract import Json, contract
from tests.contracts.model import Kept, Model, Prompt, Session
from tests.contracts.served import KIND, Reply, Served

USERS = ("audrey", "Ωμέγα & co=1/2", "audrey ")
NOBODY = "7b1f4b5e-0000-4000-8000-000000000000"
KEYS = ("a request repeated", "a key reused", "a key forgotten")
"""What every machine must have met."""
EXAMPLES, SELDOM = (60, 5) if KIND == "memory" else (20, 1)
"""After every step the store is asked several things, which only memory answers in no time."""

users = st.sampled_from([*USERS[:1] * 3, *USERS])
keys = st.sampled_from([None, "k", "k", "another!~"])
scores = st.sampled_from([0, 0.2, 0.5, 0.749, 0.75, 0.9, 1]) | st.floats(0, 1)


class Machine(RuleBasedStateMachine):
    """Clients of all kinds, in any order."""

    met: ClassVar[Counter[tuple[str, int]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.served = Served()
        self.model = Model()
        self.has_mistaken = False

    def teardown(self) -> None:
        """Note what was met, and let go of the server."""
        self.met.update(self.served.app.seen)
        self.served.close()

    @property
    def now(self) -> datetime:
        """What the server's clock shows."""
        return self.served.clock.now()

    def meet(self, case: str) -> None:
        """Count what the machine is there for."""
        self.met[case, 0] += 1

    def post(
        self, user: str, path: str, sent: Json, key: str | None, *, keeps: bool = True
    ) -> Reply | None:
        """POST. With a key that was used before, judge the answer here and give None."""
        ask = partial(self.served.post, path, sent, key)
        return self.ask_once((user, f"POST {path}", key), sent, ask, keeps=keeps)

    def ask_once(
        self,
        scope: tuple[str, str, str | None],
        sent: Json,
        ask: Callable[[], Reply],
        *,
        keeps: bool,
    ) -> Reply | None:
        """The same for any request; ``keeps`` says that it changes something if it succeeds."""
        kept = self.model.keys.get(scope)
        if kept is not None and kept.until > self.now:
            self._repeat(kept, sent, ask)
            return None
        if kept is not None:
            self.meet("a key forgotten")
        reply = ask()
        if scope[2] is not None and keeps and reply.status < 300:
            self.model.keys[scope] = Kept(sent, ask, reply, self.now + timedelta(hours=24))
        return reply

    @precondition(lambda self: self.kept())
    @rule(number=st.integers(0, 9))
    def repeat(self, number: int) -> None:
        """A client that has lost an answer asks again, and gets the answer that it lost."""
        kept = self.kept()[number % len(self.kept())]
        self._repeat(kept, kept.sent, kept.ask)

    def kept(self) -> list[Kept]:
        """The requests whose answers are still kept."""
        return [each for each in self.model.keys.values() if each.until > self.now]

    def _repeat(self, kept: Kept, sent: Json, ask: Callable[[], Reply]) -> None:
        before = self.served.dump()
        reply = ask()
        if kept.sent == sent:
            self.meet("a request repeated")
            assert (reply.status, reply.body) == (kept.reply.status, kept.reply.body)
        else:
            self.meet("a key reused")
            assert (reply.status, reply.json["code"]) == (409, "key_reused")
        assert self.served.dump() == before

    def expect_prompt(self, session: Session) -> None:
        """There is a new prompt if the newest sample of this session calls for one, else none."""
        wanted = self.model.wants_prompt(session, self.now)
        stored = [
            prompt
            for prompt in self.served.dump()["break_prompts"]
            if prompt["prompt_id"] not in self.model.prompts
        ]
        assert len(stored) == wanted
        for prompt in stored:
            self.meet("a prompt")
            assert prompt["session_id"] == session.id
            known = Prompt(prompt["prompt_id"], session.user, self.now)
            self.model.prompts[known.id] = known
            session.prompts.append(known.id)

    @rule(
        by=st.sampled_from([1, 999, 1_500, 20_000, 59_999, 60_000, 300_000, 1_800_000, 7_200_000]),
    )
    def time_passes(self, by: int) -> None:
        """The clock goes on, by milliseconds."""
        self.served.clock.move(timedelta(milliseconds=by))

    @rule()
    def a_day_passes(self) -> None:
        """The clock goes on so far that keys are forgotten."""
        self.served.clock.move(timedelta(hours=25))

    @invariant()
    def nothing_is_left_half_done(self) -> None:
        """No document waits for another write, and the watch has nothing to say."""
        assert self.served.unsettled() == []
        assert self.served.app.broken == []


def run(machine: type[Machine], operations: Iterable[str], cases: Iterable[str]) -> None:
    """Run ``machine``; it must find no difference and meet all of this, the same in every run."""
    machine.met = Counter()
    steps = settings(
        max_examples=EXAMPLES,
        stateful_step_count=50,
        derandomize=True,
        report_multiple_bugs=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=steps)
    success = {promise.id: promise.success for promise in contract("desktop_pet").promises}
    wanted = [(id, success[id]) for id in operations] + [(case, 0) for case in (*KEYS, *cases)]
    seldom = {what: machine.met[what] for what in wanted if machine.met[what] < SELDOM}
    assert not seldom, machine.met
