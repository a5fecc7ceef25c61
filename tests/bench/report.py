"""What ending a study session costs by the number of its samples. It should be linear."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

from petcore.adapters.clock_system import SystemClock
from petcore.ports.store import Query
from petcore.rules.instant import to_ms
from petcore.services import Services
from petcore.services.desktop_pet.collections import FOCUS_REPORTS, FOCUS_SAMPLES, FOCUS_SESSIONS
from petcore.services.desktop_pet.shapes import FocusSample, FocusSession
from petcore.services.desktop_pet.stress import SessionWish, session_key
from petcore.services.idempotency import Call
from petcore.settings import Settings
from petcore.wiring import wire
from tests.bench.figures import Aim, Report
from tests.bench.filling import insert_all
from tests.bench.rounds import Side, run, take_turns

_SMALL, _LARGE = 10_000, 100_000
_ROUNDS = 7
_AIM = Aim(1.5)


def report() -> Report:
    """In process, memory store, the service alone: the answer has as many points in both."""
    return run(_report())


async def _report() -> Report:
    services = wire(Settings(store="memory:"))
    await services.open()
    small, large = [await _studied(services, size) for size in (_SMALL, _LARGE)]
    sides = {"small": _side(services, small, _SMALL), "large": _side(services, large, _LARGE)}
    rounds = await take_turns(sides, _ROUNDS)
    figure = rounds.ratio(
        f"report, time per sample, {_LARGE:,} samples / {_SMALL:,}",
        "large",
        "small",
        f"{rounds.median('large'):.2f} us a sample against {rounds.median('small'):.2f} us",
        _AIM,
    )
    held = rounds.median("large") * _LARGE / 1e6
    line = f"A session of {_LARGE:,} samples ends in {held:.2f} s; nobody else is served meanwhile."
    return Report([figure], [line])


async def _studied(services: Services, size: int) -> FocusSession:
    """A running session with ``size`` samples."""
    wish = SessionWish(f"user_{size}", "Math", None, "bench")
    await services.desktop_pet.stress.start_session(wish, Call("bench"))
    query = Query(FOCUS_SESSIONS, {"user_id": wish.user_id, "status": "active"})
    (session,) = await services.store.find(query)
    await insert_all(services.store, FOCUS_SAMPLES, _samples(session, size))
    return session


def _samples(session: FocusSession, size: int) -> Iterator[FocusSample]:
    began = SystemClock().now()
    for number in range(size):
        captured_at = began + timedelta(seconds=number)
        yield FocusSample(
            _id=f"sample:{session['session_id']}:{number}",
            version=1,
            sample_id=str(number),
            session_id=session["session_id"],
            user_id=session["user_id"],
            captured_at=captured_at,
            focus_score=number * 7_919 % 1_000 / 1_000,
            stress_score=number * 104_729 % 1_000 / 1_000,
            confidence=1.0,
            raw_metrics={},
            signal_source="bench",
            captured_at_ms=to_ms(captured_at),
            is_counted=1,
        )


def _side(services: Services, session: FocusSession, size: int) -> Side:
    """Ends the session and takes the end back, so often that both sides see as many samples."""
    times = _LARGE // size

    async def side() -> float:
        took = 0.0
        for _ in range(times):
            began = perf_counter()
            await services.desktop_pet.stress.end_session(session["session_id"], Call("bench"))
            took += perf_counter() - began
            await _take_back(services, session)
        return took / _LARGE * 1e6

    return side


async def _take_back(services: Services, session: FocusSession) -> None:
    store, id = services.store, session["session_id"]
    assert await store.delete(Query(FOCUS_REPORTS, {"session_id": id})) == 1
    ended = await store.get(FOCUS_SESSIONS, session_key(id))
    assert ended is not None
    again: FocusSession = {**session, "version": ended["version"] + 1}
    assert await store.replace(FOCUS_SESSIONS, again, ended["version"])
