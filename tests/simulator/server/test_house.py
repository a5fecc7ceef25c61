"""Workers die, come back, leave one after the other; their machine's clock is set."""

from datetime import timedelta

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Store
from simulator.kernel.fate import Fate
from simulator.server.faults import ServerFaults, StoreFaults
from simulator.server.house import House
from simulator.server.worker import GRACE_MS, Worker
from tests.simulator.server.processes import Crew, ask, cling, notes
from tests.simulator.stages import Scene, scene

DAY_MS = 86_400_000
ONE = ServerFaults(restart_ms=(1_000, 1_000))
TWO = ServerFaults(workers=2, restart_ms=(1_000, 1_000))


def house_of(
    empty: Scene,
    crew: Crew,
    faults: ServerFaults,
    store_faults: StoreFaults | None = None,
    heals_at: int | None = None,
) -> tuple[House, Store]:
    """A house that is open, and its store."""
    store, fate = MemoryStore(), Fate(empty.stage, None, heals_at)
    house = House(empty.stage, fate, faults, store_faults or StoreFaults(), store, crew.hire)
    empty.stage.loop.run_until_complete(house.open())
    return house, store


def told(empty: Scene) -> list[tuple[object, object]]:
    """What became of the workers."""
    return [(event["who"], event["does"]) for event in empty.events("worker")]


def asked_now_and_then(
    empty: Scene, house: House, every_ms: int, times: int, path: str = "/0"
) -> list[str]:
    """What those hear who ask at such intervals; the list fills as the world goes on."""
    heard: list[str] = []

    async def come() -> None:
        heard.append(await ask(house, path=path))

    for number in range(times):
        empty.stage.after(number * every_ms, lambda: void(empty.stage.loop.serve(come())))
    return heard


def void(_: object) -> None:
    """Nobody waits for it."""


def test_without_faults_there_is_one_process_and_nothing_between() -> None:
    """Its store and its clock are the world's own."""
    with scene() as empty:
        crew = Crew()
        house, store = house_of(empty, crew, ServerFaults())
        assert crew.names == ["server"]
        assert crew.stores == [store]
        assert crew.clocks == [empty.stage.clock]
        assert empty.stage.loop.run_until_complete(ask(house)) == "200"
        assert empty.events() == []
        assert empty.stage.loop.get_task_factory() is None
        empty.stage.loop.run_until_complete(house.close())
        assert crew.closed == ["server"]


def test_each_request_goes_to_any_of_the_workers() -> None:
    """They share a store; the command that gives tokens is a process of its own."""
    with scene() as empty:
        crew = Crew()
        house, store = house_of(empty, crew, ServerFaults(workers=3))
        assert crew.names == ["admin", "server", "server/2", "server/3"]
        heard = asked_now_and_then(empty, house, 1, 60)
        empty.stage.loop.run_for(1_000)
        assert heard == ["200"] * 60
        assert {name: crew.answered.count(name) > 5 for name in crew.names} == {
            "admin": False,
            "server": True,
            "server/2": True,
            "server/3": True,
        }
        assert empty.stage.loop.run_until_complete(notes(store)) == 60


def test_whoever_waits_for_a_worker_that_dies_hears_of_it() -> None:
    """Then nobody is there, and after a while another is, under another name."""
    with scene() as empty:
        crew = Crew()
        house, store = house_of(empty, crew, ONE)
        kill(empty, house, 0, restart_ms=500)
        assert heard_now(empty, house) == "ConnectionRefusedError"
        empty.stage.loop.run_for(498)
        assert heard_now(empty, house) == "ConnectionRefusedError"
        empty.stage.loop.run_for(2)
        assert heard_now(empty, house) == "200"
        assert told(empty) == [("server", "starts"), ("server", "dies"), ("server/1/2", "starts")]
        assert crew.closed == []
        assert empty.stage.loop.run_until_complete(notes(store)) == len(crew.answered) + 1


def test_others_answer_meanwhile() -> None:
    """Whoever asks while one of two is dead is answered by the other."""
    with scene() as empty:
        crew = Crew()
        house, _ = house_of(empty, crew, TWO)
        kill(empty, house, 1, restart_ms=10_000)
        crew.answered.clear()
        assert [heard_now(empty, house) for _ in range(20)] == ["200"] * 20
        assert set(crew.answered) == {"server"}


def test_a_dead_process_leaves_nothing() -> None:
    """What it was at, and what it had begun by itself, is gone; nothing of it is answered."""
    with scene() as empty:
        crew = Crew(cling)
        house, store = house_of(empty, crew, ONE)
        workers_of(house)[0].doom(1, "before", 500)
        assert heard_now(empty, house, "POST") == "ConnectionResetError"
        empty.stage.loop.run_for(10_000)
        assert empty.stage.loop.run_until_complete(notes(store)) == 0
        assert crew.answered == []


def test_all_who_wait_for_it_hear_of_it_at_once() -> None:
    """Also those whose own turn would have been later."""
    with scene() as empty:
        house, _ = house_of(empty, Crew(), ONE)
        heard = asked_now_and_then(empty, house, 1, 5, path="/60")
        empty.stage.loop.run_for(100)
        kill(empty, house, 0, restart_ms=500)
        assert heard == ["ConnectionResetError"] * 5


@pytest.mark.parametrize("times", [1, 40])
def test_crashes_come_by_fate(times: int) -> None:
    """So many a day, also while a worker starts; each has a name, and heals."""
    with scene() as empty:
        faults = ServerFaults(workers=2, crashes=10 * times, restart_ms=(200, 5_000))
        house, _ = house_of(empty, Crew(), faults, heals_at=DAY_MS // 10)
        heard = asked_now_and_then(empty, house, 2_000, DAY_MS // 20_000 + 60)
        empty.stage.loop.run_for(DAY_MS // 10 + 120_000)
        crashes = [event["number"] for event in empty.events("fault")]
        assert crashes == list(range(1, len(crashes) + 1))
        assert 0 < heard.count("ConnectionResetError") <= len(crashes)
        assert 0.3 * times < len(crashes) < 3 * times
        assert heard[-60:] == ["200"] * 60


def test_who_was_to_die_when_the_world_heals_lives() -> None:
    """Nothing goes wrong any more."""
    with scene() as empty:
        house, _ = house_of(empty, Crew(), ONE, heals_at=1_000)
        workers_of(house)[0].doom(1, "before", 500)
        empty.stage.loop.run_for(1_000)
        assert [heard_now(empty, house) for _ in range(3)] == ["200"] * 3


def test_who_is_spared_leaves_the_others_their_names_and_their_moments() -> None:
    """The second crash alone is the same as with the first one before it."""
    alike: list[object] = []
    for only in (None, ["crash:server:2"]):
        with scene() as empty:
            fate = Fate(empty.stage, only)
            faults = ServerFaults(workers=2, crashes=300)
            house = House(empty.stage, fate, faults, StoreFaults(), MemoryStore(), Crew().hire)
            empty.stage.loop.run_until_complete(house.open())
            asked_now_and_then(empty, house, 1_000, 1_000)
            empty.stage.loop.run_for(1_000_000)
            found = [event for event in empty.events("fault") if event["number"] == 2]
            alike.append(found)
            if only:
                assert len(empty.events("fault")) == 1
                assert len([1 for _, does in told(empty) if does == "dies"]) == 1
    assert alike[0] == alike[1] != []


def test_a_start_that_fails_is_tried_again() -> None:
    """While the store is away nobody can start; when it is back, somebody does, soon."""
    with scene() as empty:
        crew = Crew()
        away = StoreFaults(outages=1000, outage_ms=(60_000, 60_000))
        house, _ = house_of(empty, crew, ONE, away, heals_at=DAY_MS // 100)
        empty.stage.loop.run_for(_until_away(empty, house))
        kill(empty, house, 0, restart_ms=500)
        empty.stage.loop.run_for(10_000)
        assert told(empty)[-1] == ("server", "dies")
        assert len(crew.names) > 3
        empty.stage.loop.run_for(DAY_MS // 100)
        assert told(empty)[-1][1] == "starts"
        assert heard_now(empty, house) == "200"


def _until_away(empty: Scene, house: House) -> int:
    """Let time pass until the store is away."""
    while not empty.events("fault"):
        empty.stage.loop.run_for(1_000)
    return 1


def test_one_may_take_long_to_start() -> None:
    """Longer than the pause before it."""
    with scene() as empty:
        faults = ServerFaults(slow_start=1000, slow_start_ms=(20_000, 20_000))
        house, _ = house_of(empty, Crew(), faults)
        kill(empty, house, 0, restart_ms=500)
        empty.stage.loop.run_for(20_400)
        assert heard_now(empty, house) == "ConnectionRefusedError"
        empty.stage.loop.run_for(200)
        assert heard_now(empty, house) == "200"


def test_a_rolling_restart_loses_no_request() -> None:
    """Each worker finishes what it is at, closes, and another stands in its place."""
    with scene() as empty:
        crew = Crew()
        faults = ServerFaults(workers=3, rolling=120, restart_ms=(1_000, 1_000))
        house, store = house_of(empty, crew, faults, heals_at=DAY_MS // 48)
        heard = asked_now_and_then(empty, house, 700, DAY_MS // 48 // 700, path="/2")
        empty.stage.loop.run_for(DAY_MS // 24)
        assert empty.events("fault")
        assert {"server", "server/2", "server/3"} <= set(crew.closed)
        assert crew.names.count("server/1/2") == 1
        assert [does for _, does in told(empty)][:6] == [
            *["starts"] * 3,
            "leaves",
            "stops",
            "starts",
        ]
        assert heard == ["200"] * len(heard)
        assert empty.stage.loop.run_until_complete(notes(store)) == len(heard)


def busy(empty: Scene, crew: Crew, path: str) -> tuple[House, list[str]]:
    """A house of one worker, who is at one request; and what is heard of it."""
    house, _ = house_of(empty, crew, ONE)
    heard = asked_now_and_then(empty, house, 1, 1, path=path)
    empty.stage.loop.run_for(10)
    return house, heard


def test_who_does_not_finish_is_cut_off() -> None:
    """After more than a minute, for ever is too long."""
    with scene() as empty:
        house, heard = busy(empty, Crew(), "/1000000")
        empty.stage.live(workers_of(house)[0].renew(1_000))
        empty.stage.loop.run_for(GRACE_MS - 10)
        assert heard == []
        empty.stage.loop.run_for(20)
        assert heard == ["ConnectionResetError"]
        empty.stage.loop.run_for(2_000)
        assert heard_now(empty, house) == "200"


def test_who_dies_while_leaving_is_replaced_once() -> None:
    """By whoever hears of it first."""
    with scene() as empty:
        crew = Crew()
        house, heard = busy(empty, crew, "/5")
        workers_of(house)[0].doom(1, "before", 500)
        empty.stage.live(workers_of(house)[0].renew(1_000))
        empty.stage.loop.run_for(10_000)
        assert heard == ["ConnectionResetError"]
        assert crew.names == ["admin", "server", "server/1/2"]
        assert heard_now(empty, house) == "200"


def test_the_clock_of_the_machine_is_set_and_stands_right_in_the_end() -> None:
    """All processes go by it, none of the world does; it is never further off than it may be."""
    with scene() as empty:
        crew = Crew()
        faults = ServerFaults(workers=2, clock_steps=100, clock_step_ms=(5_000, 9_000))
        house_of(empty, crew, faults, heals_at=DAY_MS // 10)
        offs = list[int]()
        for _ in range(100):
            empty.stage.loop.run_for(DAY_MS // 1_000)
            shown = {
                (now - empty.stage.clock.now()) // timedelta(milliseconds=1) for now in crew.shown()
            }
            offs += shown
            assert len(shown) == 1
        steps = [event["off_ms"] for event in empty.events("clock")]
        assert {abs(off) for off in offs[20:-1]} <= set(range(5_000, 9_001))
        assert min(offs) < 0 < max(offs)
        assert steps[-1] == offs[-1] == 0
        assert set(offs) <= {0, *steps}


def heard_now(empty: Scene, house: House, method: str = "GET") -> str:
    """What somebody hears who asks now."""
    return empty.stage.loop.run_until_complete(ask(house, method))


def kill(empty: Scene, house: House, which: int, restart_ms: int) -> None:
    """Let a worker die, just after a note was written, of what it is asked until then."""
    worker = workers_of(house)[which]
    worker.doom(1, "after", restart_ms)
    while worker.is_there:
        heard_now(empty, house)
    empty.stage.loop.run_for(1)


def workers_of(house: House) -> tuple[Worker, ...]:
    """Those who answer in it."""
    return house._workers
