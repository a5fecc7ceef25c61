"""What a student does about the pet's screen: once for each reminder and each prompt."""

from datetime import time
from itertools import pairwise

import pytest

from simulator.people.habits import Commute, Exam, Habits, Study, Timetable, Trip, WaterChange
from tests.simulator.people.rooms import HOUR_MS, MINUTE_MS, SECOND_MS, WATER, room

QUIET = {"encouragements": 0, "status_looks": 0, "sets_out_late_min": (0, 0)}
NONE = {"drinks_at_once": 0, "drinks_late": 0, "ignores_reminder": 0}
NO_PROMPTS = {"accepts_prompt": 0, "dismisses_prompt": 0, "ignores_prompt": 0}


def habits(**given: object) -> Habits:
    """Habits of somebody who does only what is given."""
    return Habits.model_validate(
        {
            **QUIET,
            **NONE,
            **NO_PROMPTS,
            "at_once_s": (60, 60),
            "late_s": (1200, 1200),
            "answer_s": (30, 30),
            "break_min": (5, 5),
            **given,
        }
    )


STUDIOUS = Timetable(
    wake=time(7),
    bed=time(23),
    study=(Study(label="Math", start=time(9), minutes=60, pomodoro=False),),
)


@pytest.mark.parametrize(
    ("card", "after_s", "late"), [("drinks_at_once", 60, False), ("drinks_late", 1200, True)]
)
def test_a_reminder_is_drunk_to_and_put_away(card: str, after_s: int, late: bool) -> None:
    """After a while; the press comes with the glass."""
    with room(habits=habits(**{card: 1})) as here:
        here.show({0: "IDLE", 8: "WATER_DROP"})
        here.live(8.9)
        (drink,) = here.did("drinks")
        then = 8 * HOUR_MS + after_s * SECOND_MS
        assert (drink["at"], drink["after_s"], drink["late"]) == (then, after_s, late)
        assert here.pet.done == [(then, "short", "WATER_DROP")]


def test_a_hidden_reminder_is_the_same_when_it_comes_back() -> None:
    """Drunk behind a prompt; put away when the drop is seen again, and never by a wrong press."""
    with room(habits=habits(drinks_at_once=1)) as here:
        here.show({8: "WATER_DROP", 8.01: "BREAK_PROMPT", 8.2: "WATER_DROP", 8.201: "IDLE"})
        here.show({8.3: "POMODORO_TIMER", 8.4: "IDLE"})
        here.live(9)
        assert len(here.did("drinks")) == 1
        assert here.pet.done == [(round(8.2 * HOUR_MS), "short", "WATER_DROP")]


def test_a_drop_that_went_away_is_not_looked_for() -> None:
    """The student drinks, and presses nothing; the next drop is a new one."""
    with room(habits=habits(drinks_at_once=1)) as here:
        here.show({8: "WATER_DROP", 8.01: "IDLE", 10: "WATER_DROP"})
        here.live(9)
        assert len(here.did("drinks")) == 1
        assert here.pet.done == []
        here.scene.stage.loop.run_for(HOUR_MS + 2 * MINUTE_MS)
        assert len(here.did("drinks")) == 2
        assert len(here.pet.done) == 1


def test_a_drop_that_went_away_while_hidden_is_over() -> None:
    """Drunk to behind a prompt and gone after it: the next drop is not put away unread."""
    with room(habits=habits(drinks_at_once=1)) as here:
        here.show({8: "WATER_DROP", 8.01: "BREAK_PROMPT", 8.2: "IDLE", 10: "WATER_DROP"})
        here.live(10.5)
        assert [drink["at"] for drink in here.did("drinks")] == [
            8 * HOUR_MS + MINUTE_MS,
            10 * HOUR_MS + MINUTE_MS,
        ]
        assert here.pet.done == [(10 * HOUR_MS + MINUTE_MS, "short", "WATER_DROP")]


def test_an_ignored_reminder_is_decided_anew_with_the_next() -> None:
    """At once it is ignored, no press; the pet shows the same drop when it reminds again."""
    with room(habits=habits(ignores_reminder=1), water=WATER) as here:
        here.show({8: "WATER_DROP"})
        here.live(8.95)
        (ignored,) = here.did("ignores the reminder")
        assert ignored["at"] == 8 * HOUR_MS
        here.scene.stage.loop.run_for(10 * MINUTE_MS)
        assert len(here.did("ignores the reminder")) == 2
        assert here.pet.done == []


def test_who_wants_to_drink_more_often_decides_more_often() -> None:
    """The time between two reminders is that of the changed schedule."""
    water = WATER.model_copy(update={"change": (WaterChange(at=time(7, 30), interval_min=20),)})
    with room(habits=habits(ignores_reminder=1), water=water) as here:
        here.show({8: "WATER_DROP"})
        here.live(8.5)
        assert len(here.did("ignores the reminder")) == 2


AWAY = {
    "asleep": Timetable(wake=time(10), bed=time(23)),
    "commute": Timetable(
        wake=time(7), bed=time(23), commute=(Commute(start=time(7, 30), minutes=150),)
    ),
    "exam": Timetable(
        wake=time(7), bed=time(23), exam=(Exam(label="Algebra", start=time(7, 30), minutes=150),)
    ),
    "trip": Timetable(
        wake=time(7),
        bed=time(23),
        trip=(Trip(start=time(7, 30), minutes=150, to="Africa/Accra"),),
    ),
}


@pytest.mark.parametrize("why", AWAY)
def test_nobody_reacts_who_is_not_there(why: str) -> None:
    """Who comes back sees what is still shown; what came and went was never seen."""
    with room(AWAY[why], habits(drinks_at_once=1, ignores_prompt=1)) as here:
        here.show({8: "WATER_DROP", 8.5: "IDLE", 8.6: "BREAK_PROMPT", 8.7: "IDLE"})
        here.show({9: "WATER_DROP"})
        here.live(11)
        (drink,) = here.did("drinks")
        assert (drink["at"], drink["after_s"]) == (10 * HOUR_MS + MINUTE_MS, 60)
        assert not here.did("ignores the prompt")


def test_who_is_called_away_drinks_late() -> None:
    """Meant to drink at once, went to the exam: drinks on return, and knows that it is late."""
    timetable = Timetable(
        wake=time(7), bed=time(23), exam=(Exam(label="Algebra", start=time(9), minutes=120),)
    )
    with room(timetable, habits(drinks_at_once=1)) as here:
        here.show({9 - 0.005: "WATER_DROP"})
        here.live(12)
        (drink,) = here.did("drinks")
        assert (drink["at"], drink["late"]) == (11 * HOUR_MS, True)


@pytest.mark.parametrize(
    ("card", "words", "press"),
    [
        ("accepts_prompt", "accepts the prompt", "short"),
        ("dismisses_prompt", "dismisses the prompt", "long"),
        ("ignores_prompt", "ignores the prompt", None),
    ],
)
def test_a_prompt_is_answered_once(card: str, words: str, press: str | None) -> None:
    """By a press after a while, or by none; whatever else the screen does meanwhile."""
    with room(STUDIOUS, habits(**{card: 1})) as here:
        here.show({9.5: "BREAK_PROMPT", 9.501: "BREAK_PROMPT", 9.6: "WATER_DROP", 9.7: "IDLE"})
        here.live(11)
        assert len(here.did(words)) == 1
        then = round(9.5 * HOUR_MS) + 30 * SECOND_MS
        expected = [] if press is None else [(then, press, "BREAK_PROMPT")]
        assert here.pet.done == expected
        assert len(here.did("takes a break")) == (press == "short")


def test_two_prompts_are_two() -> None:
    """What has gone is over."""
    with room(STUDIOUS, habits(ignores_prompt=1)) as here:
        here.show({9.2: "BREAK_PROMPT", 9.3: "IDLE", 9.5: "BREAK_PROMPT"})
        here.live(10)
        assert len(here.did("ignores the prompt")) == 2


@pytest.mark.parametrize("card", ["ignores_prompt", "dismisses_prompt"])
def test_a_prompt_survives_a_loss_of_power(card: str) -> None:
    """The pet comes up idle and shows it again: it is the one that was decided before."""
    with room(STUDIOUS, habits(**{card: 1})) as here:
        here.show({9.5: "BREAK_PROMPT", 9.503: "", 9.55: "IDLE", 9.56: "BREAK_PROMPT"})
        here.live(9.9)
        assert len(here.did("ignores the prompt")) == (card == "ignores_prompt")
        dismissed = here.did("dismisses the prompt")
        assert [event["at"] for event in dismissed] == (
            [round(9.56 * HOUR_MS)] if card == "dismisses_prompt" else []
        )


def test_after_the_session_a_prompt_is_another_one() -> None:
    """Even if the power was away in between."""
    with room(STUDIOUS, habits(ignores_prompt=1)) as here:
        here.show({9.5: "BREAK_PROMPT", 9.6: "", 9.65: "IDLE", 11: "BREAK_PROMPT"})
        here.live(12)
        assert len(here.did("ignores the prompt")) == 2


def test_a_break_does_not_outlast_its_session() -> None:
    """When the session is over nobody comes back to it."""
    with room(STUDIOUS, habits(accepts_prompt=1)) as here:
        here.show({9.95: "BREAK_PROMPT", 9.96: "IDLE"})
        here.live(10.5)
        (pause,) = here.did("takes a break")
        truths = here.scene.events("truth")
        then = [
            str(event["activity"]) for event in truths if int(str(event["at"])) > 9.95 * HOUR_MS
        ]
        assert pause["minutes"] == 5
        assert sorted(set(then)) == ["awake", "on_break"]
        assert then[-1] == "awake"


def test_who_sits_at_nothing_takes_no_break() -> None:
    """Accepted too late, when the session is over."""
    with room(habits=habits(accepts_prompt=1)) as here:
        here.show({9: "BREAK_PROMPT"})
        here.live(10)
        assert len(here.did("accepts the prompt")) == 1
        assert not here.did("takes a break")


def test_the_student_presses_one_thing_at_a_time() -> None:
    """A Pomodoro and encouragement are both wanted of an idle pet: never in one instant."""
    study = Study(label="Math", start=time(9), minutes=60)
    timetable = Timetable(wake=time(7), bed=time(23), study=(study,))
    with room(timetable, habits(encouragements=30)) as here:
        # From nine to half past it shows something else, so that wishes pile up.
        here.show({0: "IDLE", 8.9: "MESSAGE", 9.5: "IDLE", 9.7: "MESSAGE"})
        here.live(10)
        moments = [at for at, _, _ in here.pet.done]
        assert len(here.did("starts a Pomodoro")) == 1
        assert len(moments) > 1
        assert all(screen == "IDLE" for _, _, screen in here.pet.done)
        assert min(after - before for before, after in pairwise(moments)) >= 2 * SECOND_MS


@pytest.mark.parametrize(("stops", "keeps"), [(1, 0), (0, 1)])
def test_a_pomodoro_is_stopped_or_kept(stops: int, keeps: int) -> None:
    """At the end of a session, if one runs."""
    study = Study(label="Math", start=time(9), minutes=60)
    timetable = Timetable(wake=time(7), bed=time(23), study=(study,))
    with room(timetable, habits(stops_pomodoro=stops, keeps_pomodoro=keeps)) as here:
        here.show({0: "IDLE", 9.1: "POMODORO_TIMER", 9.2: "WATER_DROP", 10.2: "POMODORO_TIMER"})
        here.live(12)
        assert len(here.did("starts a Pomodoro")) == 1
        assert len(here.did("stops the Pomodoro")) == stops


def test_no_pomodoro_is_stopped_that_is_over() -> None:
    """When the pet has shown that none runs."""
    study = Study(label="Math", start=time(9), minutes=60, pomodoro=False)
    timetable = Timetable(wake=time(7), bed=time(23), study=(study,))
    with room(timetable, habits(stops_pomodoro=1, keeps_pomodoro=0)) as here:
        here.show({0: "POMODORO_TIMER", 9.5: "IDLE", 11: "POMODORO_TIMER"})
        here.live(12)
        assert here.pet.done == []


def test_what_came_to_nothing_is_forgotten() -> None:
    """A Pomodoro that could not be started in its session, a word that was not asked for today."""
    study = Study(label="Math", start=time(9), minutes=60)
    timetable = Timetable(wake=time(7), bed=time(23), study=(study,))
    with room(timetable, habits(encouragements=1)) as here:
        here.show({0: "MESSAGE", 10.1: "IDLE", 10.2: "MESSAGE", 34.1: "IDLE", 34.2: "MESSAGE"})
        here.show({46: "IDLE"})
        here.live(47)
        assert not here.did("starts a Pomodoro")
        assert len(here.did("asks for encouragement")) <= 1


def test_encouragement_is_asked_for_as_often_as_planned() -> None:
    """On days on which the pet has nothing else to show."""
    with room(habits=habits(encouragements=4)) as here:
        here.show({0: "IDLE"})
        here.live(48)
        asked = here.did("asks for encouragement")
        assert len(asked) == 8
        assert len({event["at"] for event in asked}) == 8
