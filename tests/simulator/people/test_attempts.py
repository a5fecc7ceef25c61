"""The stranger's list is long, says what must come of it, and leaves no operation out."""

import re

import pytest

from petcore.api.desktop_pet import OPERATIONS
from simulator.people.attempts import ATTEMPTS, ATTEMPTS_OF_TALK, RIGHTS
from simulator.people.loot import Loot

LOOT = Loot(
    own=f"pet_{'0a' * 16}_{'o' * 43}",
    rotated=f"pet_{'0a' * 16}_{'r' * 43}",
    revoked=f"pet_{'0b' * 16}_{'v' * 43}",
    device="0c" * 16,
    user_id="audrey",
    used=f"pair_BCDFGHJK_{'u' * 43}",
    expired=f"pair_CDFGHJKL_{'e' * 43}",
    screen="BCDF-GHJK",
)
ALL = (*ATTEMPTS, *ATTEMPTS_OF_TALK, *RIGHTS)


def test_the_list_is_long_and_every_row_has_a_name() -> None:
    """Of its own; and everything that may come of it is said."""
    names = [attempt.name for attempt in ALL]
    assert len(ATTEMPTS) >= 50
    assert len(set(names)) == len(names)
    assert all(attempt.expects for attempt in ALL)


@pytest.mark.parametrize(
    ("field", "prefix"),
    [
        ("user_id", "foreign_user_"),
        ("session_id", "foreign_"),
        ("prompt_id", "foreign_"),
        ("conversation_id", "foreign_conversation_"),
    ],
)
def test_no_operation_that_names_somebodys_is_left_out(field: str, prefix: str) -> None:
    """What the document names by whatever is somebody's is asked for with his own token."""
    asked = [
        f"{request.method} {request.path}"
        for request in (row.ask(LOOT) for row in ALL if row.name.startswith(prefix))
        if (b"authorization", f"Bearer {LOOT.own}".encode()) in request.headers
    ]
    for operation in OPERATIONS:
        if field in operation.request.model_fields:
            route = re.sub(r"<\w+>", "[^/]+", f"{operation.method} {operation.path}")
            assert any(re.fullmatch(route, each) for each in asked), route


def test_what_is_expected_of_his_own_is_the_only_thing_he_gets() -> None:
    """All that may be answered with a 2xx: his own Pomodoro, and a code to show."""
    gets = [
        row.name for row in ALL[: -len(RIGHTS)] if any(status < 300 for status, _ in row.expects)
    ]
    assert set(gets) == {
        "scheme_in_capitals",
        "own_replay_of_key",
        "pair_flood",
        "flood_of_his_lamp",
    }


def test_tokens_that_are_made_up_are_none() -> None:
    """Each differs from his own in the place that it should."""
    assert sum(a != b for a, b in zip(LOOT.patched, LOOT.own, strict=True)) == 1
    assert LOOT.crossed == f"pet_{'0c' * 16}_{'o' * 43}"
    assert LOOT.guessed == f"pair_BCDFGHJK_{'A' * 43}"
