"""Pairing: how a pet gets its token; and all that can go wrong."""

import re

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.pairing import run
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.logic.button import Button
from firmware.logic.config import Config
from firmware.logic.encouragement import Encouragement
from firmware.logic.pairing import COLLECT, START, Pairing
from firmware.logic.pet import Pet
from firmware.logic.pomodoro import Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.scene import compose
from firmware.logic.screen import Screen
from firmware.logic.status import Status
from firmware.logic.supervise import forever
from firmware.logic.water import ACK, Water
from tests.firmware.pairing_pet import (
    CODES,
    CUT,
    HELD,
    OTHERS,
    PAIRED,
    PENDING,
    QUIET,
    MakeBoard,
    asked,
    parts_on,
    paths,
)
from tests.firmware.vm import said_by

# From source, with the compiler in it; what a board needs, test_heap asks.
HEAP = "256k"


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


def test_a_pet_that_need_not_pair_does_not(board_with: MakeBoard) -> None:
    """Not even if a token is left from a time when it had to."""
    board = board_with(QUIET, flash=dict(HELD))
    board.spawn("pet", Pet(board, Config("audrey", "pet-1")).run())
    board.kernel.run(5_000)
    assert START not in paths(board.server)
    assert paths(board.server)[0].endswith("?user_id=audrey")


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


@pytest.mark.parametrize("press", ["short", "long"])
def test_a_press_while_it_pairs_has_no_meaning(board_with: MakeBoard, press: str) -> None:
    """What was asked for then would happen when nobody wants it any more."""
    parts = parts_on(board_with())
    Pairing(parts)
    encouragement = Encouragement(parts)
    roles = (Water(parts), Prompt(parts), Pomodoro(parts), encouragement, Status(parts))
    Button(parts, Screen(parts), *roles).press(press)
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
    assert re.fullmatch(r".*, checksum [0-9a-f]{8}", here[-1])
    said = said_by("firmware.hal.virtual.pairing", heap=HEAP)
    assert said == "".join(f"{line}\n" for line in here)
