"""A world at a server that runs somewhere: its people and pets act in real time, over sockets."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from selectors import DefaultSelector
from typing import IO, NamedTuple

from simpy import Environment

from simulator.invariants.contract import operation
from simulator.invariants.court import Court
from simulator.kernel.clock import VirtualClock
from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.tally import Tally
from simulator.kernel.trace import Event, Trace, number
from simulator.network.weather import FAIR
from simulator.outdoors.doubts import Doubts, SetAside
from simulator.outdoors.judges import TROUBLE, judges_outdoors
from simulator.outdoors.moving import moved_to, name_of_run
from simulator.outdoors.pace import Pace, PacedLoop
from simulator.outdoors.server import NO_TOKENS, NoServer, Outdoors, Somewhere, Told, ask_time
from simulator.settling import Settlement, midnight
from simulator.world import Outcome, World

_HOUR_MS, _SECOND_MS = 3_600_000, 1_000
_PROGRESS_EVERY_MS = 60_000
_MEASURED_FOR_S = 1.0
_OFF = 0.1
"""How far the pace of the server's clock may be from the one that was told, as a part of it."""

_MISLED = (*(ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError),)
"""What comes of an answer that has another shape than the contract says."""


class Lived(NamedTuple):
    """What came of it, by how many real seconds this machine was late at most, for which no server
    is to blame, whether that is too much, and the objections that are set aside if it is.
    """

    outcome: Outcome
    behind_s: float
    is_late: bool = False
    set_aside: tuple[SetAside, ...] = ()


def world_at(
    world: World, url: str, scale: int, tokens: Mapping[str, str] = NO_TOKENS
) -> tuple[World, Told]:
    """``world`` where the server's clock stands, with users of whom the server knows nothing, or
    with those who have ``tokens``. Raises ``NoServer``, also if time does not go as fast there.
    """
    operation("GET /api/water/poll")  # so that contracts are read before time begins to matter
    user_id = next(iter(tokens), "petsim")
    first = ask_time(url, user_id, tokens)
    with DefaultSelector() as nobody:
        nobody.select(_MEASURED_FOR_S)
    told = ask_time(url, user_id, tokens, first.watch)
    passed_s = told.at_s - first.at_s
    pace = (told.now - first.now).total_seconds() / passed_s
    if abs(pace / scale - 1) > _OFF + (first.unsure_s + told.unsure_s) / passed_s:
        raise NoServer(f"time runs {pace:.0f} times as fast at {url}: say --time-scale {pace:.0f}")
    if not tokens:
        user_id = name_of_run(world.scenario.person.user_id, told.now)
    moved = moved_to(world.scenario, told.now, user_id, scale)
    return world.model_copy(update={"scenario": moved}), told


def run_outdoors(
    world: World,
    url: str,
    told: Told,
    scale: int,
    trace_file: IO[bytes],
    progress: Callable[[int], None] | None = None,
    tokens: Mapping[str, str] = NO_TOKENS,
    lasts_ms: int | None = None,
) -> Lived:
    """Live ``world``, which ``world_at`` has made, against the server at ``url``, for so long or
    for its hours.
    """
    lasts_ms = world.scenario.hours * _HOUR_MS if lasts_ms is None else lasts_ms
    pace = pace_of(world, told, scale)
    court = Court(judges_outdoors(pace, scale, told.unsure_s, sees_samples=not world.metrics))
    tally, doubts = Tally(), Doubts(court, pace)
    with _stage(world, pace, trace_file) as stage:
        began = stage.now
        stage.trace.listen(tally.see)
        stage.trace.listen(doubts.see)
        stage.trace.listen(_cautious(court, stage))
        stage.trace.note("world", **world.told, against=url, time_scale=scale)
        server = Somewhere(url, scale, tokens, _grumble(stage))
        _live(world, stage, server, lasts_ms, progress)
        court.conclude(stage.now)
        set_aside = doubts.set_aside()
        outcome = Outcome(stage.trace.digest, tally.counts, court, stage.now - began)
    return Lived(outcome, pace.behind_s, pace.is_late, set_aside)


def _live(
    world: World,
    stage: Stage,
    server: Somewhere,
    lasts_ms: int,
    progress: Callable[[int], None] | None,
) -> None:
    fate = Fate(stage, world.only)
    network = Outdoors(server, stage, FAIR, world.faults.network, fate)
    settlement = Settlement(
        network, world.scenario, world.faults, fate, None, None, None, posts_metrics=world.metrics
    )
    for pet in range(1, world.pets + 1):
        settlement.settle(pet)
    if progress is not None:
        stage.live(_report_progress(stage, progress))
    try:
        stage.loop.run_for(lasts_ms)
    except _MISLED as failure:
        # People and pets believe a server that keeps its contract; a judge has told of it, mostly.
        words = f"nobody can go on: an answer led to {type(failure).__name__}"
        stage.trace.note(TROUBLE, id=0, what=words)
    settlement.leave()
    stage.loop.run_until_complete(server.close())


def _grumble(stage: Stage) -> Callable[[int, str], None]:
    """Let the trace know of an answer that is none."""

    def grumble(id: int, words: str) -> None:
        stage.trace.note(TROUBLE, id=id, what=f"request {id}: {words}")

    return grumble


def _cautious(court: Court, stage: Stage) -> Callable[[Event], None]:
    """Judges take it that an answer has the shape of the contract. One that has not is told, and
    ends nothing.
    """

    def see(event: Event) -> None:
        try:
            court.see(event)
        except _MISLED as failure:
            id = number(event, "id") if "id" in event else 0
            words = f"the answer to request {id} cannot be judged: {type(failure).__name__}"
            stage.trace.note(TROUBLE, id=id, what=words)

    return see


def pace_of(world: World, told: Told, scale: int) -> Pace:
    """How time passes there, in milliseconds after the midnight of the world's day."""
    told_ms = (told.now - midnight(world.scenario)).total_seconds() * _SECOND_MS
    return Pace(told.watch, told_ms - told.at_s * scale * _SECOND_MS, scale)


@contextmanager
def _stage(world: World, pace: Pace, trace_file: IO[bytes]) -> Iterator[Stage]:
    began = midnight(world.scenario)
    environment = Environment(int(pace.now))
    with closing(PacedLoop(environment, pace)) as loop:
        yield Stage(
            environment=environment,
            loop=loop,
            clock=VirtualClock(environment, began),
            streams=Streams(world.seed),
            trace=Trace(environment, trace_file),
        )


async def _report_progress(stage: Stage, progress: Callable[[int], None]) -> None:
    began = stage.now
    while True:
        progress(stage.now - began)
        await stage.sleep(_PROGRESS_EVERY_MS)
