"""What goes wrong has a name that stays, can be spared, and ends with the healing."""

from simulator.kernel.fate import Fate
from simulator.kernel.trace import Event
from tests.simulator.stages import Scene, scene

DAY_MS = 86_400_000
ALWAYS = 1000


def befallen(empty: Scene, *facts: str) -> list[tuple[object, ...]]:
    """These facts of each misfortune."""
    return [tuple(event[fact] for fact in facts) for event in empty.events("fault")]


def struck(empty: Scene, fate: Fate, who: str, permille: int, times: int) -> list[bool]:
    """Whether each of so many cases was unlucky, a second apart."""
    found: list[bool] = []
    for number in range(times):
        empty.stage.after(number * 1_000, lambda: found.append(fate.strikes("loss", who, permille)))
    empty.stage.loop.run_for(times * 1_000)
    return found


def test_so_many_thousandths_are_unlucky() -> None:
    """Each is counted from 1, for each fault and whom it befalls alone, and told with its name."""
    with scene() as empty:
        fate = Fate(empty.stage)
        found = struck(empty, fate, "ada", 100, 1_000)
        assert 70 < sum(found) < 130
        numbers = [("loss", "ada", number) for number in range(1, sum(found) + 1)]
        assert befallen(empty, "fault", "who", "number") == numbers
        assert fate.strikes("loss", "bob", ALWAYS)
        assert fate.strikes("reset", "ada", ALWAYS)
        assert befallen(empty, "fault", "who", "number")[-2:] == [
            ("loss", "bob", 1),
            ("reset", "ada", 1),
        ]


def test_nobody_disturbs_another() -> None:
    """What befalls one does not depend on how often others ask."""
    with scene() as alone, scene() as among:
        found = struck(alone, Fate(alone.stage), "ada", 300, 200)
        fate = Fate(among.stage)
        for _ in range(50):
            fate.strikes("loss", "bob", 300)
            fate.strikes("reset", "ada", 300)
            fate.span("loss", "ada", (1, 1_000))
        assert struck(among, fate, "ada", 300, 200) == found


def test_what_cannot_happen_is_not_drawn() -> None:
    """A fault of no thousandths costs no chance, so worlds without it stay what they are."""
    with scene() as empty:
        fate = Fate(empty.stage)
        before = fate.chance("loss", "ada").getstate()
        assert not fate.strikes("loss", "ada", 0)
        assert fate.chance("loss", "ada").getstate() == before
        assert empty.events() == []


def test_names_stay_when_some_are_spared() -> None:
    """The fourth is the fourth, at its time, whether or not the others happen."""
    stories: list[list[Event]] = []
    for only in (None, ["loss:ada:4", "loss:bob:1"], []):
        with scene() as empty:
            found = struck(empty, Fate(empty.stage, only), "ada", 200, 100)
            stories.append(list(empty.events("fault")))
            assert sum(found) == len(stories[-1])
    everything, one, nothing = stories
    assert len(everything) > 4
    assert one == everything[3:4]
    assert nothing == []


def spelled(empty: Scene, fate: Fate, per_day: int, ms: int) -> list[tuple[int, int]]:
    """When spells began, and how long each of them lasts."""
    began: list[tuple[int, int]] = []
    fate.spells(
        "cut", "house", per_day, (1_000, 600_000), lambda ms: began.append((empty.stage.now, ms))
    )
    empty.stage.loop.run_for(ms)
    return began


def test_spells_come_about_so_often() -> None:
    """Each is told how long it lasts, as the trace says, too."""
    with scene() as empty:
        began = spelled(empty, Fate(empty.stage), 24, 10 * DAY_MS)
        assert 200 < len(began) < 280
        assert befallen(empty, "at", "ms") == began
        assert befallen(empty, "number") == [(number,) for number in range(1, len(began) + 1)]
        assert {1_000 <= ms <= 600_000 for _, ms in began} == {True}


def test_spells_that_are_spared_leave_the_others_where_they_are() -> None:
    """In time and length."""
    with scene() as empty, scene() as spared:
        began = spelled(empty, Fate(empty.stage), 24, DAY_MS)
        only = ["cut:house:2", "cut:house:5"]
        assert spelled(spared, Fate(spared.stage, only), 24, DAY_MS) == [began[1], began[4]]


def test_no_spells_are_no_spells() -> None:
    """Nor do they cost anything."""
    with scene() as empty:
        assert spelled(empty, Fate(empty.stage), 0, DAY_MS) == []
        assert empty.events() == []


def test_after_the_healing_nothing_goes_wrong() -> None:
    """The trace says when that is; what lasts does not last beyond it."""
    with scene() as empty:
        fate = Fate(empty.stage, None, DAY_MS)
        began = spelled(empty, fate, 200, 2 * DAY_MS)
        assert began
        assert {at < DAY_MS and at + ms <= DAY_MS for at, ms in began} == {True}
        assert max(at + ms for at, ms in began) > DAY_MS - 600_000
        assert [event["at"] for event in empty.events("heals")] == [DAY_MS]
        assert fate.is_healed
        assert not fate.strikes("loss", "ada", ALWAYS)


def test_until_then_it_does() -> None:
    """To the last millisecond before; a world that never heals is never healed."""
    with scene() as empty:
        fate, never = Fate(empty.stage, None, 1_000), Fate(empty.stage)
        found: list[tuple[bool, bool]] = []
        for ms in (999, 1, 10 * DAY_MS):
            empty.stage.loop.run_for(ms)
            found.append((fate.is_healed, fate.strikes("loss", "ada", ALWAYS)))
        assert found == [(False, True), (True, False), (True, False)]
        assert not never.is_healed
        assert never.strikes("loss", "bob", ALWAYS)


def test_a_span_lies_between_its_bounds() -> None:
    """Both included."""
    with scene() as empty:
        fate = Fate(empty.stage)
        assert {fate.span("slow", "ada", (3, 5)) for _ in range(100)} == {3, 4, 5}
