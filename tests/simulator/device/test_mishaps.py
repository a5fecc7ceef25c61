"""Each fault of a board breaks something that can be seen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from firmware.logic.config import Config
from simulator.device.board import Scene, VirtualBoard
from simulator.device.document_pet import DocumentBoard
from simulator.device.faults import DeviceFaults
from simulator.device.mishaps import befall, board_of
from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Event
from simulator.network.link import Network
from simulator.network.weather import FAIR
from tests.simulator.stages import Echo, scene
from tests.simulator.stages import Scene as Empty

HOUR_MS = 3_600_000
NONE = DeviceFaults()


@dataclass(frozen=True, slots=True)
class Desk:
    """A board with its faults, on a stage with a server that echoes."""

    empty: Empty
    board: VirtualBoard
    shown: list[Scene]

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.empty.stage

    def run(self, ms: int) -> None:
        """Let time pass."""
        self.stage.loop.run_for(ms)

    def faults(self) -> list[str]:
        """What has befallen it."""
        return [str(event["fault"]) for event in self.empty.events("fault")]


@contextmanager
def desk(
    faults: DeviceFaults, *, locked: bool = False, heals_at: int | None = None
) -> Iterator[Desk]:
    """A board that is befallen by ``faults`` and has no power yet."""
    with scene() as empty:
        fate = Fate(empty.stage, None, heals_at)
        network = Network(Echo(), empty.stage, FAIR)
        shown: list[Scene] = []
        config = Config("audrey", "pet-audrey", use_next_poll=True)
        board = board_of(network, fate, faults, "pet", config, shown.append, locked=locked)
        befall(board, faults, fate)
        yield Desk(empty, board, shown)
        board.close()


def test_without_faults_it_is_the_newest_and_nothing_befalls_it() -> None:
    """Its clock is right, its flash has room."""
    with desk(NONE) as it:
        it.board.plug_in()
        first = it.board.ticks_ms()
        it.board.keep("token", "x")
        it.run(HOUR_MS)
        assert it.board.ticks_diff(it.board.ticks_ms(), first) == HOUR_MS
        assert (type(it.board), it.faults()) == (VirtualBoard, [])
        assert len(it.empty.events("boot")) == 1


def test_it_loses_its_power_for_a_moment() -> None:
    """And boots again each time; after the healing no more."""
    faults = DeviceFaults(reboots=1000, off_ms=(1_000, 1_000))
    with desk(faults, heals_at=HOUR_MS // 2) as it:
        it.board.plug_in()
        it.run(HOUR_MS)
        dark = [int(str(each["at"])) for each in it.empty.events("unplugged")]
        boots = [int(str(each["at"])) for each in it.empty.events("boot")]
        assert boots == [0, *(at + 1_000 for at in dark)]
        assert len(dark) > 10
        assert max(dark) < HOUR_MS // 2
        assert it.board.has_power


def test_the_power_fails_while_something_is_kept() -> None:
    """Half of it is kept, half is not, nothing in part; then it boots again."""
    kept = []
    with desk(DeviceFaults(brown_out=1000, off_ms=(700, 700))) as it:
        it.board.plug_in()
        for number in range(40):
            it.board.spawn("keeper", _keep(it.board, str(number)))
            power = []
            for ms in (100, 1_000):
                it.run(ms)
                power.append(it.board.has_power)
            assert power == [False, True]
            kept.append(it.board.kept("count") == str(number))
    assert 10 < sum(kept) < 30
    assert not [line for line in it.empty.events("log") if "wrongly" in str(line["line"])]


async def _keep(board: VirtualBoard, value: str) -> None:
    try:
        board.keep("count", value)
    except Exception:  # noqa: BLE001 -- as the firmware does, which must not outlive its power
        board.log("wrongly caught")
    board.log("wrongly lived on")


def test_a_full_flash_says_so_and_keeps_the_old_text() -> None:
    """For a while; what is to be forgotten is forgotten all the same."""
    with desk(DeviceFaults(full_flash=1000, full_flash_ms=(20_000, 20_000))) as it:
        it.board.plug_in()
        it.board.keep("token", "old")
        while not it.faults():
            it.run(1_000)
        with pytest.raises(OSError, match="no space left"):
            it.board.keep("token", "new")
        assert it.board.kept("token") == "old"
        it.board.keep("token", None)
        assert it.board.kept("token") is None
        until = int(str(it.empty.events("fault")[-1]["at"])) + 20_000
        while it.stage.now < until:
            it.run(1_000)
        if int(str(it.empty.events("fault")[-1]["at"])) + 20_000 == until:
            it.board.keep("token", "new")


@pytest.mark.parametrize("ppm", [-50_000, -200, 200, 50_000])
def test_a_clock_that_is_wrong_still_waits_as_long_as_it_counts(ppm: int) -> None:
    """A wait is over when the ticks say so and not before."""
    with desk(NONE) as it:
        it.board.ppm = ppm
        it.board.plug_in()
        waited: list[tuple[int, int]] = []

        async def wait() -> None:
            event = it.board.event()
            for ms in range(1, 2_000, 37):
                begun, ticks = it.stage.now, it.board.ticks_ms()
                await it.board.sleep_ms(ms)
                waited.append((ms, it.board.ticks_diff(it.board.ticks_ms(), ticks)))
                await it.board.wait(event, ms)
                assert it.stage.now > begun

        it.board.spawn("wait", wait())
        it.run(240_000)
        assert len(waited) == 55
        assert all(ms <= counted <= ms + 2 for ms, counted in waited)


def test_how_wrong_a_clock_is_is_drawn_once() -> None:
    """Within the bounds, fast or slow."""
    with scene() as empty:
        fate, network = Fate(empty.stage), Network(Echo(), empty.stage, FAIR)
        faults = DeviceFaults(drift_ppm=200)
        found = []
        for number in range(40):
            board = VirtualBoard(network, f"pet/{number}", Config("a", "b"), lambda _: None)
            befall(board, faults, fate)
            found.append(board.ppm)
    assert min(found) < -50
    assert max(found) > 50
    assert all(-200 <= ppm <= 200 for ppm in found)


def test_the_counter_wraps_in_the_first_hours_of_each_life() -> None:
    """Wherever it would have begun."""
    with desk(DeviceFaults(wraps=True)) as it:
        for _ in range(20):
            it.board.plug_in()
            first = it.board.ticks_ms()
            assert 0 < 2**30 - first <= 3 * HOUR_MS or first == 0
            it.board.unplug()


def test_a_crowd_presses_again_and_again() -> None:
    """For its time, all the buttons, also without power, when nothing comes of it."""
    faults = DeviceFaults(crowds=200, crowd_ms=(10_000, 10_000), crowd_pause_ms=(500, 500))
    with desk(faults) as it:
        it.board.plug_in()
        it.run(HOUR_MS)
        pressed = [str(event["press"]) for event in it.empty.events("press")]
        assert set(pressed) == {"short", "long", "second"}
        assert len(pressed) == 20 * len(it.faults())


def test_who_presses_may_shake_the_pet() -> None:
    """Then nothing gets through for a time, and half of those times the power fails meanwhile."""
    faults = DeviceFaults(shaken=1000, shaken_ms=(20_000, 20_000), off_ms=(500, 500))
    with desk(faults) as it:
        it.board.plug_in()
        it.run(1_000)
        dark = []
        for _ in range(30):
            begun = it.stage.now
            it.board.press("second")
            it.run(60_000)
            lost = [each for each in it.empty.events("lost") if each["why"] == "shade"]
            dark += [int(str(each["at"])) - begun for each in _since(it, begun, "unplugged")]
            assert all((int(str(each["at"])) - 1_000) % 60_000 < 20_100 for each in lost)
    assert it.faults() == ["shaken"] * 30
    assert _since(it, 600_000, "answer")
    assert 8 < len(dark) < 22
    assert max(dark) <= 20_000
    assert len(lost) > 30


def _since(it: Desk, at: int, kind: str) -> list[Event]:
    return [each for each in it.empty.events(kind) if int(str(each["at"])) >= at]


def test_somebody_looks_when_the_pet_says_that_it_is_offline_or_its_counter_wraps() -> None:
    """Soon after it."""
    faults = DeviceFaults(looks=1000, looks_after_ms=(700, 700), wraps=True)
    with desk(faults) as it:
        it.board.plug_in()
        wraps_at = 2**30 - it.board.ticks_ms()
        it.run(wraps_at + 1_000)
        offline = [each for each in it.empty.events("screen") if _says_offline(each)]
        offline_at = int(str(offline[0]["at"]))
        pressed = [each["at"] for each in it.empty.events("press")]
        assert pressed == [offline_at + 700, wraps_at + 700]
        assert it.faults() == ["wrap", "look", "look"]


def _says_offline(event: Event) -> bool:
    scene = event["scene"]
    assert isinstance(scene, list)
    return scene[3] is True


def test_something_in_between_answers_the_newest_pets() -> None:
    """With a 404 that is not the server's."""
    faults = DeviceFaults(diversions=1000, diversion_ms=(60_000, 60_000))
    with desk(faults) as it:
        it.board.plug_in()
        it.run(HOUR_MS)
        answers = it.empty.events("answer")
        served = {each["id"] for each in it.empty.events("served")}
        between = [each for each in answers if each.get("by") == "between"]
        assert len(between) > 5
        assert {each["status"] for each in between} == {404}
        assert not served & {each["id"] for each in between}
        assert {each["id"] for each in answers if "by" not in each} <= served
    with desk(faults.model_copy(update={"by_document": 1000})) as it:
        it.board.plug_in()
        it.run(HOUR_MS)
        assert "diversion" not in it.faults()


def test_what_never_comes_to_an_end_makes_the_watchdog_bite() -> None:
    """A minute after the pet has noticed; nobody is watched who cannot hang."""
    with desk(DeviceFaults(stuck=1000)) as it:
        it.board.plug_in()
        it.run(HOUR_MS)
        dark = [int(str(each["at"])) for each in it.empty.events("unplugged")]
        paths = {each["path"] for each in it.empty.events("request")}
        assert not [path for path in paths if str(path).endswith("/poll")]
        assert {"/api/breaks/pomodoro/active", "/api/water/schedule"} <= paths
        assert dark
        assert dark[0] <= 500_000
    with desk(NONE) as it:
        it.board.plug_in()
        it.run(HOUR_MS)
        assert not it.empty.events("unplugged")


def test_older_pets_poll_as_they_like() -> None:
    """The settings of others stay as they were."""
    with scene() as empty:
        network, fate = Network(Echo(), empty.stage, FAIR), Fate(empty.stage)
        config = Config("a", "pet-a", use_next_poll=True, water_poll_s=17)
        faults = DeviceFaults(older=1000)
        board = board_of(network, fate, faults, "pet", config, lambda _: None, locked=False)
        assert config.use_next_poll
        assert not board.config.use_next_poll
        assert board.config.water_poll_s == 17


@pytest.mark.parametrize(("locked", "kind"), [(False, DocumentBoard), (True, VirtualBoard)])
def test_who_knows_the_document_alone_does_not_live_at_a_locked_door(
    locked: bool, kind: Callable[..., VirtualBoard]
) -> None:
    """It could not pair."""
    with desk(DeviceFaults(by_document=1000), locked=locked) as it:
        assert type(it.board) is kind
