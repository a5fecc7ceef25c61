"""The token: kept before it is used, let go of when the server says so, and whose pet it is."""

from typing import ClassVar

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.logic.pairing import COLLECT, START, Pairing
from firmware.logic.scene import compose
from firmware.logic.supervise import forever
from firmware.logic.water import ACK, Water
from tests.firmware.pairing_pet import (
    CODES,
    CUT,
    HELD,
    PAIRED,
    PORTAL,
    QUIET,
    UNAUTHORIZED,
    MakeBoard,
    asked,
    parts_on,
    paths,
)


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
