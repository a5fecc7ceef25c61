"""Pairing: how a pet gets its token, keeps it, and lets go of it; and all that can go wrong."""

import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.pairing import run
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.logic.button import Button
from firmware.logic.config import Config
from firmware.logic.encouragement import Encouragement
from firmware.logic.pairing import COLLECT, START, Pairing
from firmware.logic.parts import Parts
from firmware.logic.pet import Pet
from firmware.logic.pomodoro import Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.scene import compose
from firmware.logic.status import Status
from firmware.logic.supervise import forever
from firmware.logic.water import ACK, Water

ROOT = Path(__file__).parents[2]
# From source, with the compiler in it; what a board needs, test_heap asks.
HEAP = "256k"
CUT = OSError(111, "connection refused")
CODES = (201, {"device_code": "pair_1", "user_code": "BCDF-GHJK", "next_poll_s": 5})
OTHERS = (201, {"device_code": "pair_2", "user_code": "KJHG-FDCB", "next_poll_s": 5})
PENDING = (200, {"status": "pending", "token": None, "user_id": None, "next_poll_s": 7})
PAIRED = (200, {"status": "paired", "token": "pet_1", "user_id": "audrey öz", "next_poll_s": 5})
UNKNOWN = (404, {"ok": False, "error": "No.", "code": "not_found"})
UNAUTHORIZED = (401, {"ok": False, "error": "No.", "code": "unauthorized"})
PORTAL = (401, {"login": "here"})
QUIET = (200, {"remind_now": False, "payload": None, "next_poll_s": 30})
HELD = {"token": "pet_1 audrey öz"}

MakeBoard = Callable[..., VirtualBoard]


def parts_on(board: VirtualBoard) -> Parts:
    """Give the parts of a pet that pairs."""
    return Parts(board, Config("audrey", "pet-1", pairs=True))


def asked(pairing: Pairing, times: int) -> list[int]:
    """Ask so many times and give the pauses that followed."""
    pauses: list[int] = []

    async def ask() -> None:
        pauses.extend([await pairing.ask() for _ in range(times)])

    pairing.hal.spawn("ask", ask())
    pairing.hal.kernel.run(pairing.hal.kernel.now_ms + 60_000)
    return pauses


def paths(server: ScriptedServer) -> list[str]:
    """Give what was asked."""
    return [path for _, path, _, _ in server.requests]


def test_a_pet_asks_for_a_code_shows_it_and_collects_its_token(board_with: MakeBoard) -> None:
    """It polls as often as the server says; the token is kept, and the code is not any more."""
    board = board_with(CODES, PENDING, PAIRED)
    pairing = Pairing(parts_on(board))
    assert compose(pairing.known, 0) == ("PAIRING", "", "", False)
    assert asked(pairing, 1) == [5_000]
    assert compose(pairing.known, 0) == ("PAIRING", "BCDF-GHJK", "", False)
    assert asked(pairing, 2) == [7_000, 5_000]
    assert compose(pairing.known, 0)[0] == "IDLE"
    assert board.flash == HELD
    assert pairing.token.user_id == "audrey öz"
    assert board.server.requests == [
        (
            "POST",
            START,
            {"device_name": "pet-1", "firmware_version": "1.0.0", "user_id": "audrey"},
            None,
        ),
        *[("POST", COLLECT, {"device_code": "pair_1"}, None)] * 2,
    ]


def test_the_token_is_kept_before_it_is_used(board_with: MakeBoard) -> None:
    """Who waits for it finds it in the flash; a board that cannot keep it does not use it."""

    class Full(VirtualBoard):
        def keep(self, name: str, value: str | None) -> None:
            if name == "token":
                raise OSError(28, "no room")
            super().keep(name, value)

    board = Full(ScriptedServer([CODES, PAIRED]), lambda _: None)
    pairing = Pairing(parts_on(board))
    board.spawn("turn", forever(board, "pairing", pairing.turn))
    board.kernel.run(30_000)
    assert pairing.token.text == ""
    assert not pairing.token.held.is_set()
    assert board.kept("pairing") == "pair_1 BCDF-GHJK"
    board.kernel.close()


@pytest.mark.parametrize(
    "failure",
    [
        CUT,
        (500, None),
        (429, {"code": "rate_limited"}),
        (404, None),
        (200, []),
        (200, {"status": "paired", "token": None, "user_id": "audrey", "next_poll_s": 5}),
        (200, {"status": "paired", "token": "a b", "user_id": "audrey", "next_poll_s": 5}),
        (200, {"status": "paired", "token": "pet_1", "user_id": "", "next_poll_s": 5}),
        (200, {"status": "sold", "next_poll_s": 5}),
        (200, {"status": "paired", "token": "pet_1", "user_id": "audrey"}),
    ],
)
def test_what_goes_wrong_while_collecting_keeps_the_code(
    board_with: MakeBoard, failure: object
) -> None:
    """It backs off, says after the third time that it is offline, and goes on with its code."""
    board = board_with(CODES, failure, failure, failure, PAIRED)
    pairing = Pairing(parts_on(board))
    pauses = asked(pairing, 4)
    assert [1_000 <= pauses[1] < 2_000, 2_000 <= pauses[2] < 4_000, pauses[3] < 8_000] == [True] * 3
    assert compose(pairing.known, 0) == ("PAIRING", "BCDF-GHJK", "", True)
    asked(pairing, 1)
    assert board.flash == HELD
    assert not pairing.known.offline


@pytest.mark.parametrize(
    "failure",
    [
        CUT,
        (429, None),
        (500, None),
        (201, None),
        (201, {"device_code": "", "user_code": "B", "next_poll_s": 5}),
    ],
)
def test_what_goes_wrong_while_asking_for_a_code_is_tried_again(
    board_with: MakeBoard, failure: object
) -> None:
    """Later and later."""
    pairing = Pairing(parts_on(board_with(failure, failure, CODES)))
    pauses = asked(pairing, 3)
    assert 1_000 <= pauses[0] < 2_000 <= pauses[1] < 4_000
    assert pairing.user_code == "BCDF-GHJK"


@pytest.mark.parametrize("status", [404, 400])
def test_a_code_that_is_not_valid_any_more_is_replaced(board_with: MakeBoard, status: int) -> None:
    """In the server's own words; meanwhile no code is shown."""
    code = {404: "not_found", 400: "validation_failed"}[status]
    board = board_with(CODES, (status, {"code": code}), OTHERS, PAIRED)
    pairing = Pairing(parts_on(board))
    asked(pairing, 2)
    assert compose(pairing.known, 0) == ("PAIRING", "", "", False)
    assert board.flash == {}
    asked(pairing, 2)
    assert paths(board.server) == [START, COLLECT, START, COLLECT]
    assert board.server.requests[-1][2] == {"device_code": "pair_2"}


def test_a_reboot_goes_on_where_the_power_went(board_with: MakeBoard) -> None:
    """With the code that is shown, and with the token; what was left of the code goes."""
    first = board_with(CODES)
    asked(Pairing(parts_on(first)), 1)
    second = board_with(PAIRED, flash=first.flash)
    pairing = Pairing(parts_on(second))
    assert compose(pairing.known, 0) == ("PAIRING", "BCDF-GHJK", "", False)
    asked(pairing, 1)
    assert paths(second.server) == [COLLECT]
    third = board_with(QUIET, flash={**second.flash, "pairing": "pair_1 BCDF-GHJK"})
    pairing = Pairing(parts_on(third))
    assert compose(pairing.known, 0)[0] == "IDLE"
    third.spawn("turn", forever(third, "pairing", pairing.turn))
    third.kernel.run(60_000)
    assert third.flash == HELD
    assert third.server.requests == []


def test_nothing_is_asked_before_the_pet_is_paired(board_with: MakeBoard) -> None:
    """Then everything is asked for the user who confirmed it, with its token and its version."""
    board = board_with(CODES, PENDING, PAIRED, QUIET)
    sent: list[dict[str, str]] = []
    answer = board.server.answer

    def listen(now_ms: int, method: str, path: str, obj: object, headers: dict[str, str]) -> object:
        sent.append(headers or {})
        return answer(now_ms, method, path, obj, headers)

    board.server.answer = listen
    board.spawn("pet", Pet(board, Config("audrey", "pet-1", pairs=True)).run())
    board.kernel.run(40_000)
    assert paths(board.server)[:3] == [START, COLLECT, COLLECT]
    assert sent[:3] == [{}] * 3
    polls = paths(board.server)[3:]
    assert len(polls) > 3
    assert all(path.endswith("?user_id=audrey%20%C3%B6z") for path in polls)
    assert {headers["Authorization"] for headers in sent[3:]} == {"Bearer pet_1"}
    assert {headers["Firmware-Version"] for headers in sent[3:]} == {"1.0.0"}


def test_what_was_decided_waits_for_the_token(board_with: MakeBoard) -> None:
    """A message is delivered once the pet is paired again, and not before."""
    board = board_with((200, {"ok": True}))
    parts = parts_on(board)
    assert parts.outbox.put(ACK, {"user_id": "audrey"})
    board.spawn("outbox", forever(board, "outbox", parts.outbox.turn))
    board.kernel.run(60_000)
    assert paths(board.server) == []
    parts.token.take("pet_1", "audrey")
    board.kernel.run(61_000)
    assert paths(board.server) == [ACK]


@pytest.mark.parametrize(
    "garbage", ["pet_\n1 audrey", "pet\x00 audrey", "p" * 300 + " audrey", "ö a"]
)
def test_a_kept_token_that_no_request_can_carry_is_none(
    board_with: MakeBoard, garbage: str
) -> None:
    """The pet pairs, instead of asking in vain for ever; so does one with such a code."""
    code = garbage.replace("audrey", "BCDF-GHJK")
    parts = parts_on(board_with(CODES, flash={"token": garbage, "pairing": code}))
    assert parts.token.text == ""
    pairing = Pairing(parts)
    assert pairing.device_code == ""
    asked(pairing, 1)
    assert parts.known.code == "BCDF-GHJK"


def test_a_pet_that_need_not_pair_does_not(board_with: MakeBoard) -> None:
    """Not even if a token is left from a time when it had to."""
    board = board_with(QUIET, flash=dict(HELD))
    board.spawn("pet", Pet(board, Config("audrey", "pet-1")).run())
    board.kernel.run(5_000)
    assert START not in paths(board.server)
    assert paths(board.server)[0].endswith("?user_id=audrey")


def test_a_token_that_the_server_refuses_is_let_go_of(board_with: MakeBoard) -> None:
    """And pairing begins anew; the poll is asked again with the next token, under its key."""
    board = board_with(UNAUTHORIZED, CODES, PAIRED, QUIET, flash=dict(HELD))
    parts = parts_on(board)
    water, pairing = Water(parts), Pairing(parts)
    board.spawn("water", forever(board, "water", water.turn))
    board.spawn("pairing", forever(board, "pairing", pairing.turn))
    board.kernel.run(15_000)
    assert [path.partition("?")[0] for path in paths(board.server)] == [
        "/api/water/poll",
        START,
        COLLECT,
        "/api/water/poll",
    ]
    keys = [key for _, _, _, key in board.server.requests if key]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert board.flash == HELD


def test_a_401_of_somebody_else_loses_nothing(board_with: MakeBoard) -> None:
    """A hotel's Wi-Fi wants a login, too: neither the token nor a message goes."""
    board = board_with(PORTAL, PORTAL, (200, {"ok": True}), flash=dict(HELD))
    parts = parts_on(board)
    assert parts.outbox.put(ACK, {"user_id": "audrey"})
    board.spawn("outbox", forever(board, "outbox", parts.outbox.turn))
    board.kernel.run(30_000)
    assert board.flash == HELD
    assert paths(board.server) == [ACK] * 3
    assert parts.outbox.messages == []


def test_a_late_answer_to_an_older_token_says_nothing_of_the_new_one(board_with: MakeBoard) -> None:
    """It was under way while the pet paired again."""
    token = parts_on(board_with(flash=dict(HELD))).token
    token.take("pet_2", "audrey")
    token.judge("pet_1", *UNAUTHORIZED)
    assert token.text == "pet_2"
    token.judge("pet_2", *UNAUTHORIZED)
    assert token.text == ""


@pytest.mark.parametrize(
    ("user_id", "shown", "sent"), [("bob", "IDLE", []), ("audrey öz", "BREAK_PROMPT", [ACK])]
)
def test_who_gets_the_pet_next_neither_sees_nor_does_what_the_former_did(
    board_with: MakeBoard, user_id: str, shown: str, sent: list[str]
) -> None:
    """Its own user finds everything again: what is shown, and what waits for being sent."""
    paired = (200, {"status": "paired", "token": "pet_2", "user_id": user_id, "next_poll_s": 5})
    board = board_with(UNAUTHORIZED, CODES, paired, (200, {"ok": True}), flash=dict(HELD))
    parts = parts_on(board)
    pairing, known = Pairing(parts), parts.known
    known.open(("prompt-1", "Break", "Rest"))
    known.remind(("Drink", "Water"))
    known.say("Well done", 0)
    known.count_down("session-1", "focus", 60_000, 0)
    assert parts.outbox.put(ACK, {"user_id": "audrey öz"})
    board.spawn("outbox", forever(board, "outbox", parts.outbox.turn))
    board.spawn("pairing", forever(board, "pairing", pairing.turn))
    board.kernel.run(20_000)
    assert compose(known, 5_000)[0] == shown
    facts = (known.prompt, known.reminder, known.message, known.pomodoro)
    assert all(facts) if sent else not any(facts)
    assert paths(board.server) == [ACK, START, COLLECT, *sent]
    assert parts.outbox.messages == []


@pytest.mark.parametrize(("user_id", "sent"), [("audrey", []), ("audrey öz", [ACK])])
def test_whose_pet_it_was_is_known_after_a_reboot(
    board_with: MakeBoard, user_id: str, sent: list[str]
) -> None:
    """Unpaired, unplugged, paired again: what was decided before is sent for its user only.

    The config names another one, which says nothing.
    """
    first = board_with(UNAUTHORIZED, flash=dict(HELD))
    parts = parts_on(first)
    assert parts.outbox.put(ACK, {"user_id": "audrey öz"})
    first.spawn("outbox", forever(first, "outbox", parts.outbox.turn))
    first.kernel.run(10_000)
    assert sorted(first.flash) == ["outbox", "token"]
    assert " audrey öz" in first.flash.values()
    paired = (200, {"status": "paired", "token": "pet_2", "user_id": user_id, "next_poll_s": 5})
    second = board_with(CODES, paired, (200, {"ok": True}), flash=first.flash)
    parts = parts_on(second)
    assert (parts.token.text, parts.token.user_id) == ("", "audrey öz")
    second.spawn("outbox", forever(second, "outbox", parts.outbox.turn))
    second.spawn("pairing", forever(second, "pairing", Pairing(parts).turn))
    second.kernel.run(20_000)
    assert paths(second.server) == [START, COLLECT, *sent]
    assert second.flash == {"token": f"pet_2 {user_id}"}


def test_who_gets_the_pet_next_finds_an_empty_flash(board_with: MakeBoard) -> None:
    """What the former user decided goes before the token of the next one is kept."""

    class Told(VirtualBoard):
        kept_names: ClassVar[list[tuple[str, str | None]]] = []

        def keep(self, name: str, value: str | None) -> None:
            self.kept_names.append((name, value))
            super().keep(name, value)

    paired = (200, {"status": "paired", "token": "pet_2", "user_id": "bob", "next_poll_s": 5})
    board = Told(ScriptedServer([UNAUTHORIZED, CODES, paired]), lambda _: None, flash=dict(HELD))
    parts = parts_on(board)
    parts.outbox.put(ACK, {"user_id": "audrey öz"})
    board.spawn("outbox", forever(board, "outbox", parts.outbox.turn))
    board.spawn("pairing", forever(board, "pairing", Pairing(parts).turn))
    board.kernel.run(20_000)
    board.kernel.close()
    names = [name for name, value in board.kept_names if (name, value) != ("outbox", None)]
    assert names == ["outbox", "token", "pairing", "token", "pairing"]
    forgot = board.kept_names.index(("outbox", None))
    assert forgot < board.kept_names.index(("token", "pet_2 bob"))


def test_a_code_that_cannot_be_kept_serves_all_the_same(board_with: MakeBoard) -> None:
    """Until the power goes; asking for one code after the other would help nobody."""
    board = board_with(CODES, PENDING, flash_faults=((0, 60_000, "full"),))
    pairing = Pairing(parts_on(board))
    board.spawn("pairing", forever(board, "pairing", pairing.turn))
    board.kernel.run(30_000)
    assert paths(board.server)[:3] == [START, COLLECT, COLLECT]
    assert compose(pairing.known, 0)[:2] == ("PAIRING", "BCDF-GHJK")
    assert pairing.failures == 0


def test_a_code_that_cannot_be_forgotten_is_not_shown_any_more() -> None:
    """The pet is paired, whatever the flash still says."""

    class Stuck(VirtualBoard):
        def keep(self, name: str, value: str | None) -> None:
            if (name, value) == ("pairing", None):
                raise OSError(5, "input/output error")
            super().keep(name, value)

    board = Stuck(ScriptedServer([CODES, PAIRED]), lambda _: None)
    pairing = Pairing(parts_on(board))
    board.spawn("pairing", forever(board, "pairing", pairing.turn))
    board.kernel.run(20_000)
    board.kernel.close()
    assert board.flash == {**HELD, "pairing": "pair_1 BCDF-GHJK"}
    assert compose(pairing.known, 0)[0] == "IDLE"
    assert pairing.device_code == ""


def test_a_token_that_cannot_be_forgotten_is_not_used_any_more(board_with: MakeBoard) -> None:
    """The flash is full; the pet pairs anew all the same."""
    board = board_with(flash=dict(HELD), flash_faults=((0, 1_000, "full"),))
    token = parts_on(board).token
    token.judge("pet_1", *UNAUTHORIZED)
    assert token.text == ""
    assert token.lost.is_set()
    assert not token.held.is_set()


def test_an_answer_for_the_former_user_is_none(board_with: MakeBoard) -> None:
    """It was under way while the pet was paired for somebody else."""
    parts = parts_on(board_with(flash=dict(HELD)))
    answers: list[tuple[int, object]] = []

    async def changes_hands(*_: object) -> tuple[int, object]:
        parts.token.take("pet_2", "bob")
        return QUIET

    async def ask() -> None:
        answers.append(await parts.wire.get("/api/water/poll"))

    parts.hal.http = changes_hands
    parts.hal.spawn("ask", ask())
    parts.hal.kernel.run(1_000)
    assert answers == [(0, None)]


def test_the_log_does_not_say_whose_pet_it_is() -> None:
    """Only what was asked, and why nothing came."""
    lines: list[str] = []
    board = VirtualBoard(ScriptedServer([CUT]), lines.append, flash=dict(HELD))
    board.spawn("water", forever(board, "water", Water(parts_on(board)).turn))
    board.kernel.run(1_000)
    board.kernel.close()
    (said,) = [line for line in lines if "no answer" in line]
    assert said.endswith("no answer to GET /api/water/poll: 111 connection refused")


@pytest.mark.parametrize("press", ["short", "long"])
def test_a_press_while_it_pairs_has_no_meaning(board_with: MakeBoard, press: str) -> None:
    """What was asked for then would happen when nobody wants it any more."""
    parts = parts_on(board_with())
    Pairing(parts)
    encouragement = Encouragement(parts)
    roles = (Water(parts), Prompt(parts), Pomodoro(parts), encouragement, Status(parts))
    Button(parts, *roles).press(press)
    assert parts.outbox.messages == []
    assert not encouragement.wanted.is_set()


def test_pairing_on_micropython_is_byte_for_byte_pairing_here() -> None:
    """Lost answers, the power gone, the token revoked: the same log, with nothing stumbling."""
    here: list[str] = []
    run(here.append)
    assert not [line for line in here if "stumbled" in line]
    codes = [line.split(" ")[3] for line in here if 'show "PAIRING"' in line]
    assert list(dict.fromkeys(filter(None, codes))) == ["BCDF-GHJ2", "BCDF-GHJ3", "BCDF-GHJ4"]
    assert len([line for line in here if "not valid any more" in line]) == 2
    if (sys.platform, platform.machine()) not in {("linux", "x86_64"), ("darwin", "arm64")}:
        pytest.skip("absent here: no MicroPython VM is built for this platform")
    found = shutil.which("micropython", path=sysconfig.get_path("scripts"))
    assert found is not None, "the MicroPython VM is not installed"
    command = [found, "-X", f"heapsize={HEAP}", "-m", "firmware.hal.virtual.pairing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == "".join(f"{line}\n" for line in here).encode()
    assert re.fullmatch(r".*, checksum [0-9a-f]{8}", here[-1])
