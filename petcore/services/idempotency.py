"""Operations that happen once, however often they are asked for.

A request may carry an idempotency key. Its answer is kept under user, route and key, and is part
of the deciding write itself, so it exists exactly when the change exists: no lease and no lock.
The key is looked up after the deciding document was loaded; whoever loaded it before a twin
changed it loses the compare-and-swap, comes round again, and finds the twin's answer.

Requests with one key may differ, and then only the first of them may act. Where the user or the
key itself says what decides, they meet at that document. Where the request does, they would not,
so the key is first bound to one request: it is stored without an answer. That can stay so for ever
and holds nobody up: the same request goes on from there, any other is refused.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Generic, Literal, TypeVar

from petcore.errors import KeyReused
from petcore.marks import mark
from petcore.ports.clock import Clock
from petcore.ports.store import Collection, Index, Query, Store
from petcore.rules.instant import to_ms
from petcore.services.outbox import (
    OUTBOX_INDEX,
    Conflict,
    Deciding,
    Document,
    Outbox,
    Write,
    overtaken,
)
from petcore.services.turns import Turns

Answer = Mapping[str, object]
"""What an operation answers: plain values that a store can keep. The API gives it its form."""

S = TypeVar("S")

# Somebody wins each round, so whoever loses tries again soon; but not for ever, should the store
# hide from us what was written last.
_PATIENCE = timedelta(seconds=4)
_ATTEMPTS = 4_096
_SWEEP_EVERY = 64


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks for what: ``route`` and ``fingerprint`` tell requests apart, ``key`` joins twins;
    ``user_id`` is for whom the caller acts, None for anybody, ``address`` where he asks from.
    """

    route: str
    key: str | None = None
    fingerprint: str = ""
    user_id: str | None = None
    address: str = ""

    def may_see(self, owner: str) -> bool:
        """Whether a thing of ``owner`` is there for the caller."""
        return self.user_id is None or self.user_id == owner


class KeptAnswer(Deciding):
    """The answer given to a key, None if it is only bound to its request by ``fingerprint``, or was
    forgotten. ``_id`` is made of user, route and key.
    """

    user_id: str
    route: str
    fingerprint: str
    answer: Answer | None
    created_at: datetime
    expires_at_ms: int


IDEMPOTENCY_KEYS: Collection[KeptAnswer] = Collection(
    "idempotency_keys", (Index(("expires_at_ms",)), Index(("user_id", "route")), OUTBOX_INDEX)
)


Keeps = Literal["answer", "use", "nothing"]
"""What is kept: the answer; of it nothing but that its key was used; or, if nothing is written
either, nothing at all.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operation answers, and the writes that make it true: ``write`` decides.

    ``is_fresh`` says that ``write`` inserts under an id which nobody else can know. ``keeps`` says
    what is kept under the key of the request.
    """

    answer: Answer
    write: Write[Document] | None = None
    others: tuple[Write[Document], ...] = ()
    is_fresh: bool = False
    keeps: Keeps = "answer"


@dataclass(frozen=True, slots=True)
class Plan(Generic[S]):
    """How an operation is carried out.

    It is about ``subject``: those about the same take turns. ``find`` gives the user and the
    deciding document (through ``Outbox.load``), ``decide`` the decision on it; both run again
    when somebody else was quicker. ``binds_key`` says that it is the request which names the
    deciding document. ``decide_again`` decides instead where the key was used before and has no
    answer.
    """

    subject: str
    find: Callable[[], Awaitable[tuple[str, S]]]
    decide: Callable[[S], Awaitable[Decision]]
    binds_key: bool = False
    decide_again: Callable[[S], Awaitable[Decision]] | None = None


class Once:
    """Runs operations: find the deciding document, decide, write, and again if overtaken."""

    def __init__(self, store: Store, outbox: Outbox, clock: Clock, kept_for: timedelta) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._kept_for = kept_for
        self._turns = Turns()

    async def run(self, call: Call, plan: Plan[S]) -> Answer:
        """The answer to ``call``. Raises ``KeyReused``, ``StoreUnavailable`` if others were quicker
        for too long, and what the plan raises.
        """
        async with self._turns.of(plan.subject):
            overtaken_at: datetime | None = None
            for _ in range(_ATTEMPTS):
                try:
                    return await self._attempt(call, plan)
                except Conflict:
                    mark("overtaken")
                    now = self._clock.now()
                    overtaken_at = overtaken_at or now
                    if now - overtaken_at > _PATIENCE:
                        break
        raise overtaken()

    async def _attempt(self, call: Call, plan: Plan[S]) -> Answer:
        user_id, found = await plan.find()
        kept = await self._kept(user_id, call)
        if kept is not None and kept["answer"] is not None:
            mark("answered again")
            return kept["answer"]
        if kept is not None:
            mark("bound before")
        decide = plan.decide if kept is None else plan.decide_again or plan.decide
        decision = await decide(found)
        writes = [*([decision.write] if decision.write else []), *decision.others]
        if call.key is not None and decision.keeps != "nothing":
            answer = await self._bind(user_id, call, decision, plan, kept)
            # Twins would insert under different ids, so the key itself decides between them.
            is_first = decision.write is None or decision.is_fresh
            writes = [answer, *writes] if is_first else [*writes, answer]
        if writes:
            await self._outbox.commit(writes[0], writes[1:])
        return decision.answer

    async def _bind(
        self, user_id: str, call: Call, decision: Decision, plan: Plan[S], kept: KeptAnswer | None
    ) -> Write[KeptAnswer]:
        """The write of the answer; before it, the key is bound to the request if it must be."""
        version = 0 if kept is None else kept["version"]
        if plan.binds_key and decision.write is not None and not version:
            await self._outbox.commit(self._keep(user_id, call, None))
            version = 1
        kept_answer = decision.answer if decision.keeps == "answer" else None
        answer = self._keep(user_id, call, kept_answer, version)
        await self._sweep_sometimes(answer.document)
        return answer

    async def _kept(self, user_id: str, call: Call) -> KeptAnswer | None:
        """What is kept under the key. Raises ``KeyReused`` if it is bound to another request."""
        if call.key is None:
            return None
        kept = await self._outbox.load(IDEMPOTENCY_KEYS, _key_id(user_id, call))
        if kept is None:
            return None
        if kept["expires_at_ms"] <= to_ms(self._clock.now()):
            await self._sweep()
            return None
        if kept["fingerprint"] != call.fingerprint:
            mark("bound elsewhere")
            raise KeyReused("Idempotency-Key: used before with another request")
        return kept

    def _keep(
        self, user_id: str, call: Call, answer: Answer | None, expected: int = 0
    ) -> Write[KeptAnswer]:
        now = self._clock.now()
        kept = KeptAnswer(
            _id=_key_id(user_id, call),
            version=1,
            user_id=user_id,
            route=call.route,
            fingerprint=call.fingerprint,
            answer=answer,
            created_at=now,
            expires_at_ms=to_ms(now + self._kept_for),
            outbox=[],
            outbox_len=0,
        )
        return Write(IDEMPOTENCY_KEYS, kept, expected)

    async def _sweep_sometimes(self, kept: KeptAnswer) -> None:
        if int(kept["_id"][-4:], 16) % _SWEEP_EVERY == 0:
            await self._sweep()

    async def _sweep(self) -> None:
        now_ms = to_ms(self._clock.now())
        await self._store.delete(Query(IDEMPOTENCY_KEYS, order="expires_at_ms", below=now_ms + 1))


def _key_id(user_id: str, call: Call) -> str:
    # Lengths keep the parts apart: no user can spell another user's route.
    parts = (user_id, call.route, call.key or "")
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return "key:" + sha256(text.encode()).hexdigest()
