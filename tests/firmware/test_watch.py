"""The watch: when the watchdog is fed, the link made anew, and a life called good."""

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.logic.backoff import LAST_MS
from firmware.logic.config import Config
from firmware.logic.encouragement import IDLE_MS, TRIES, Encouragement
from firmware.logic.marks import ROW_MS
from firmware.logic.parts import Parts
from firmware.logic.pet import Pet
from firmware.logic.supervise import PAUSE_MS, forever
from firmware.logic.watch import (
    ALWAYS,
    GOOD_LIFE_MS,
    LOOK_MS,
    PAIRED,
    SILENT_MS,
    SLACK_MS,
    STUMBLING_MS,
    UNPAIRED,
    Watch,
)

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
QUIET = (200, {"remind_now": False, "show_prompt": False, "active": False})
CUT = OSError(111, "connection refused")

MakeParts = Callable[..., Parts]
MakeBoard = Callable[..., VirtualBoard]

PLAIN = Config("audrey", "pet-1")
PAIRS = Config("audrey", "pet-1", pairs=True, use_next_poll=True)
SLOW = Config("audrey", "pet-1", water_poll_s=900, prompt_poll_s=900, pomodoro_poll_s=900)
PACED = Config("audrey", "pet-1", use_next_poll=True)


class Seen:
    """What the watch told the board, with moments."""

    def __init__(self, parts: Parts) -> None:
        """Listen to the board of these parts."""
        self.hal = parts.hal
        self.fed: list[int] = []
        self.renewed: list[int] = []
        self.good: list[int] = []
        for name, moments in (
            ("feed", self.fed),
            ("renew_link", self.renewed),
            ("mark_good", self.good),
        ):
            setattr(self.hal, name, lambda moments=moments: moments.append(self.hal.kernel.now_ms))

    def is_fed(self) -> bool:
        """Whether the watchdog has had food in the last half minute."""
        return bool(self.fed) and self.hal.kernel.now_ms - self.fed[-1] <= 3 * LOOK_MS


def watched(parts: Parts, *roles: tuple[str, int, int]) -> Watch:
    """Give a watch over these roles, at work."""
    watch = Watch(parts, list(roles))
    parts.hal.spawn("watch", forever(parts.hal, "watch", watch.turn, parts.marks))
    return watch


def spawn(parts: Parts, name: str, turn: Callable[[], Awaitable[None]]) -> None:
    """Give a task to a role."""
    parts.hal.spawn(name, forever(parts.hal, name, turn, parts.marks))


def test_the_watchdog_is_fed_while_all_move(parts_with: MakeParts) -> None:
    """Now and then, from the first moment on."""
    parts = parts_with()
    seen = Seen(parts)
    watched(parts, ("water", MINUTE_MS, ALWAYS))
    spawn(parts, "water", lambda: parts.hal.sleep_ms(MINUTE_MS))
    parts.hal.kernel.run(HOUR_MS)
    assert seen.fed == list(range(0, HOUR_MS, LOOK_MS))


def test_one_task_that_hangs_keeps_the_food_away(parts_with: MakeParts) -> None:
    """When its turn has lasted longer than a turn can; the log says who it is, once."""
    parts = parts_with()
    seen = Seen(parts)
    watched(parts, ("water", MINUTE_MS, ALWAYS), ("prompt", MINUTE_MS, ALWAYS))
    spawn(parts, "water", lambda: parts.hal.sleep_ms(MINUTE_MS))
    naps = [10_000, 10_000, 100 * HOUR_MS]
    spawn(parts, "prompt", lambda: parts.hal.sleep_ms(naps.pop(0)))
    parts.hal.kernel.run(HOUR_MS)
    last = 20_000 + MINUTE_MS + SLACK_MS
    assert last - LOOK_MS < seen.fed[-1] <= last
    said = [line for line in parts.hal.lines if "stands still" in line]
    assert [line[9:] for line in said] == ["log prompt stands still"]


def test_who_moves_again_in_time_is_forgiven(parts_with: MakeParts) -> None:
    """If the watchdog has not bitten by then."""
    parts = parts_with()
    seen = Seen(parts)
    watched(parts, ("water", MINUTE_MS, ALWAYS))
    naps = [3 * MINUTE_MS] + [10_000] * 100
    spawn(parts, "water", lambda: parts.hal.sleep_ms(naps.pop(0)))
    parts.hal.kernel.run(5 * MINUTE_MS)
    gap = set(range(0, 5 * MINUTE_MS, LOOK_MS)) - set(seen.fed)
    assert gap
    assert min(gap) > 2 * MINUTE_MS
    assert max(gap) <= 3 * MINUTE_MS


def stumbling(parts: Parts, times: int) -> None:
    """Spawn a task that stumbles so often, and then goes well."""
    left = [times]

    async def turn() -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise MemoryError
        await parts.hal.sleep_ms(PAUSE_MS)

    spawn(parts, "encouragement", turn)


def test_a_task_that_stumbles_for_ever_is_restarted_in_the_end(parts_with: MakeParts) -> None:
    """Half an hour of nothing else is a heap in pieces, though the task moves."""
    parts = parts_with()
    seen = Seen(parts)
    watched(parts)
    stumbling(parts, 10_000)
    parts.hal.kernel.run(HOUR_MS)
    assert STUMBLING_MS - LOOK_MS <= seen.fed[-1] <= STUMBLING_MS


def test_a_task_that_stumbles_and_goes_on_is_not(parts_with: MakeParts) -> None:
    """One turn that goes well is enough, whether it is watched for moving or not."""
    parts = parts_with()
    seen = Seen(parts)
    watched(parts, ("encouragement", PAUSE_MS, ALWAYS))
    stumbling(parts, (STUMBLING_MS - MINUTE_MS) // PAUSE_MS)
    parts.hal.kernel.run(HOUR_MS)
    assert seen.is_fed()
    assert seen.fed == list(range(0, HOUR_MS, LOOK_MS))


def test_one_stumble_of_a_task_that_waits_is_nothing(parts_with: MakeParts) -> None:
    """A button that nobody presses has not stumbled since; nor do rare ones make a row."""
    parts = parts_with()
    seen = Seen(parts)
    watched(parts)
    naps = [0, 100 * HOUR_MS]

    async def press() -> None:
        await parts.hal.sleep_ms(naps.pop(0))
        raise MemoryError

    async def turn() -> None:
        await parts.hal.sleep_ms(ROW_MS)
        raise MemoryError

    spawn(parts, "button", press)
    spawn(parts, "encouragement", turn)
    parts.hal.kernel.run(4 * HOUR_MS)
    assert seen.fed == list(range(0, 4 * HOUR_MS, LOOK_MS))


def test_a_wish_late_in_a_pause_has_all_of_its_time(
    board_with: MakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encouragement that waits for a server that is silent does not stand still."""
    parts = Parts(board_with(QUIET), PLAIN)
    seen = Seen(parts)
    role = Encouragement(parts)
    watched(parts, ("encouragement", role.turn_ms, ALWAYS))
    spawn(parts, "encouragement", role.turn)

    async def silent(*_: object) -> tuple[int, None]:
        await parts.hal.sleep_ms(role.turn_ms // TRIES - LAST_MS)
        return 0, None

    monkeypatch.setattr(parts.wire, "post", silent)
    parts.hal.kernel.run(IDLE_MS - 1_000)
    role.ask()
    parts.hal.kernel.run(HOUR_MS)
    assert "log no encouragement" in "\n".join(parts.hal.lines)
    assert seen.fed == list(range(0, HOUR_MS, LOOK_MS))


def test_a_pet_that_pairs_may_rest_and_one_that_is_paired_too(parts_with: MakeParts) -> None:
    """The polls wait for a token for days; then they have a whole turn before they must move."""
    parts = parts_with(pairs=True)
    seen = Seen(parts)
    watched(parts, ("water", MINUTE_MS, PAIRED), ("pairing", MINUTE_MS, UNPAIRED))
    pairing = [MINUTE_MS] * 600 + [1_000 * HOUR_MS]
    spawn(parts, "pairing", lambda: parts.hal.sleep_ms(pairing.pop(0)))
    parts.hal.kernel.run(9 * HOUR_MS)
    assert seen.fed == list(range(0, 9 * HOUR_MS, LOOK_MS))
    parts.token.take("pet_1", "audrey")
    parts.hal.kernel.run(9 * HOUR_MS + MINUTE_MS)
    assert seen.is_fed()
    parts.hal.kernel.run(9 * HOUR_MS + 4 * MINUTE_MS)
    assert not seen.is_fed()
    spawn(parts, "water", lambda: parts.hal.sleep_ms(MINUTE_MS))
    parts.hal.kernel.run(40 * HOUR_MS)
    assert seen.is_fed()


def test_a_pet_that_pairs_must_get_on_with_it(parts_with: MakeParts) -> None:
    """While it has no token, the pairing is what must move."""
    parts = parts_with(pairs=True)
    seen = Seen(parts)
    watched(parts, ("pairing", MINUTE_MS, UNPAIRED))
    parts.hal.kernel.run(10 * MINUTE_MS)
    assert not seen.is_fed()


def pet_on(board: VirtualBoard, config: Config = PLAIN) -> tuple[Pet, Seen]:
    """Give a whole pet, at work, and what the board was told."""
    pet = Pet(board, config)
    seen = Seen(pet.parts)
    board.spawn("pet", pet.run())
    return pet, seen


@pytest.mark.parametrize("config", [PACED, PAIRS])
@pytest.mark.parametrize("answer", [QUIET, CUT, (500, None), (404, {}), (200, [])])
def test_a_whole_pet_is_fed_for_a_day(
    board_with: MakeBoard, answer: object, config: Config
) -> None:
    """Whatever the server answers, and whether the pet pairs or not."""
    board = board_with(answer)
    _, seen = pet_on(board, config)
    board.kernel.run(6 * HOUR_MS)
    assert seen.fed == list(range(0, 6 * HOUR_MS, LOOK_MS))


def test_a_pet_that_is_paired_is_fed_for_a_day(board_with: MakeBoard) -> None:
    """Its pairing rests for as long as the token is good."""
    board = board_with(QUIET, flash={"token": "pet_1 audrey"})
    _, seen = pet_on(board, PAIRS)
    board.kernel.run(6 * HOUR_MS)
    assert seen.fed == list(range(0, 6 * HOUR_MS, LOOK_MS))


@pytest.mark.parametrize("config", [SLOW, PACED])
def test_the_longest_pause_is_not_standing_still(board_with: MakeBoard, config: Config) -> None:
    """Neither the server's nor the config's; and it is no reason for a new link.

    Not after a failure either, once all has been well again.
    """
    answer = (200, {**QUIET[1], "next_poll_s": 300})
    board = board_with(CUT, CUT, CUT, answer)
    _, seen = pet_on(board, config)
    board.kernel.run(6 * HOUR_MS)
    assert seen.fed == list(range(0, 6 * HOUR_MS, LOOK_MS))
    assert seen.renewed == []


@pytest.mark.parametrize(
    "part", ["water/poll", "prompt/poll", "pomodoro", "schedule", "ack", "encouragement"]
)
def test_an_exchange_that_never_ends_is_found(board_with: MakeBoard, part: str) -> None:
    """Whoever asked hangs, all others go on, and nothing but a restart helps."""
    board = board_with(QUIET)
    pet, seen = pet_on(board)
    exchange = pet.hal.http

    async def hang(method: str, path: str, *rest: object) -> object:
        if part in path:
            await board.wait(board.event())
        return await exchange(method, path, *rest)

    pet.hal.http = hang
    board.kernel.run(MINUTE_MS)
    pet.water.acknowledge()
    pet.encouragement.ask()
    board.kernel.run(HOUR_MS)
    assert 0 < seen.fed[-1] < 10 * MINUTE_MS


def test_a_screen_that_hangs_is_found(board_with: MakeBoard) -> None:
    """It looks up every minute as long as it can."""
    board = board_with(QUIET)
    pet, seen = pet_on(board)
    board.kernel.run(10 * MINUTE_MS)
    assert seen.is_fed()

    wait = board.wait

    async def hang(event: object, timeout_ms: int | None = None) -> bool:
        is_hers = event is pet.parts.known.changed
        return bool(await (wait(board.event()) if is_hers else wait(event, timeout_ms)))

    pet.hal.wait = hang
    board.kernel.run(HOUR_MS)
    assert 10 * MINUTE_MS < seen.fed[-1] < 15 * MINUTE_MS


def test_the_link_is_made_anew_later_and_later(board_with: MakeBoard) -> None:
    """After five minutes without a good poll, then ten more, up to an hour."""
    board = board_with(CUT)
    _, seen = pet_on(board)
    board.kernel.run(6 * HOUR_MS)
    gaps = [later - earlier for earlier, later in pairwise([0, *seen.renewed])]
    assert [round(gap / MINUTE_MS) for gap in gaps] == [5, 10, 20, 40, 60, 60, 60, 60]
    assert seen.renewed[0] >= SILENT_MS


def test_a_good_poll_ends_that(board_with: MakeBoard) -> None:
    """The next silence begins with five minutes again."""
    board = board_with(CUT)
    _, seen = pet_on(board)
    board.kernel.run(HOUR_MS)
    times = len(seen.renewed)
    board.server.answers = [QUIET]
    board.kernel.run(2 * HOUR_MS)
    assert len(seen.renewed) == times
    board.server.answers = [CUT]
    board.kernel.run(2 * HOUR_MS + 7 * MINUTE_MS)
    assert len(seen.renewed) == times + 1


def test_a_life_is_called_good_once(board_with: MakeBoard) -> None:
    """After a minute, and not before a good poll."""
    board = board_with(CUT)
    _, seen = pet_on(board)
    board.kernel.run(10 * MINUTE_MS)
    assert seen.good == []
    board.server.answers = [QUIET]
    board.kernel.run(2 * HOUR_MS)
    assert len(seen.good) == 1
    assert seen.good[0] > 10 * MINUTE_MS


def test_an_hour_alone_is_a_good_life_too(board_with: MakeBoard) -> None:
    """A pet whose server is away for days does not fall."""
    board = board_with(CUT)
    _, seen = pet_on(board)
    board.kernel.run(3 * HOUR_MS)
    assert seen.good == [HOUR_MS]


def test_a_life_of_less_than_a_minute_is_not_good(board_with: MakeBoard) -> None:
    """However well it began."""
    board = board_with(QUIET)
    _, seen = pet_on(board)
    board.kernel.run(GOOD_LIFE_MS)
    assert seen.good == []
    board.kernel.run(GOOD_LIFE_MS + LOOK_MS)
    assert seen.good == [GOOD_LIFE_MS]


def test_pairing_is_heard_too(board_with: MakeBoard) -> None:
    """A pet that waits for a person has a good life and a good link."""
    codes = (201, {"device_code": "pair_1", "user_code": "BCDF-GHJK", "next_poll_s": 5})
    pending = (200, {"status": "pending", "next_poll_s": 5})
    board = board_with(codes, pending)
    _, seen = pet_on(board, PAIRS)
    board.kernel.run(2 * HOUR_MS)
    assert len(seen.good) == 1
    assert seen.renewed == []
