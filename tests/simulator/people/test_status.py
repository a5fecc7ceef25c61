"""A student looks at the pet's status now and then, and disturbs nothing by it."""

import pytest

from simulator.people.habits import Habits
from tests.simulator.people.rooms import BUSY, HOUR_MS, Room, room

NOTHING = {"encouragements": 0, "sets_out_late_min": (0, 0)}


def looks(often: int, seed: int = 1) -> tuple[list[tuple[int, str, str]], list[tuple[int, str]]]:
    """What was pressed in a day, and what else the student did: when, and what."""
    habits = Habits.model_validate({**NOTHING, "status_looks": often})
    with room(BUSY, habits=habits, seed=seed) as here:
        here.show({0: "IDLE"})
        _answer_looks(here)
        here.live(24)
        others = [
            (int(str(event["at"])), str(event["does"]))
            for event in here.did()
            if event["does"] != "looks at the status"
        ]
        return here.pet.done, others


def _answer_looks(here: Room) -> None:
    """Have the pet show its status for twenty seconds after each press that asks for it."""

    def answer(kind: str) -> None:
        stage, is_asked = here.scene.stage, kind == "second" and here.pet.screen == "IDLE"
        screen = "STATUS" if is_asked else "IDLE"
        stage.after(1, lambda: here.turn_to(screen))
        if is_asked:
            stage.after(20_000, lambda: here.turn_to("IDLE"))

    here.pet.answers = answer


@pytest.mark.parametrize("often", [0, 1, 20])
def test_so_often_a_day(often: int) -> None:
    """With the second button, awake, and only where there is nothing to be answered."""
    done, _ = looks(often)
    asked = [(at, screen) for at, kind, screen in done if (kind, screen) == ("second", "IDLE")]
    assert len(asked) == often
    assert all(7 * HOUR_MS <= at < 23 * HOUR_MS for at, _ in asked)
    assert {screen for _, kind, screen in done if kind == "second"} <= {"IDLE", "STATUS"}


def test_some_put_it_away_and_some_let_it_go() -> None:
    """By any of the buttons, before its time is over."""
    done, _ = looks(40)
    put_away = [(at, kind) for at, kind, screen in done if screen == "STATUS"]
    asked = [at for at, kind, screen in done if (kind, screen) == ("second", "IDLE")]
    assert {kind for _, kind in put_away} == {"short", "long", "second"}
    assert 0 < len(put_away) < len(asked)
    for at, _ in put_away:
        assert min(at - before for before in asked if before <= at) <= 17_000


def test_curiosity_disturbs_nothing_else() -> None:
    """It has a stream of chance of its own."""
    assert looks(0)[1] == looks(20)[1]
