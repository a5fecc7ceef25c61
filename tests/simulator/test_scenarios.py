"""Scenario files: what is shipped reads, what is wrong is named by line, field and remedy."""

from pathlib import Path

import pytest

from simulator.scenarios.fields import field_lines
from simulator.scenarios.reading import BadScenario, NoScenario, find, parse, shipped

ROOT = Path(__file__).parents[2]
FILE = Path("my.toml")

GOOD = """\
title = "Mine"
date = 2026-03-02
zone = "America/Vancouver"

[timetable]
wake = 07:00:00
bed = 23:00:00

[[timetable.study]]
label = "Maths"
start = 09:00:00
minutes = 60

[[timetable.study]]
label = "Music"
start = 15:00:00
minutes = 60

[water]
start_time = 08:00:00
end_time = 20:00:00

[network]
delay_ms = [1, 2]
"""


def test_at_least_five_stories_are_shipped() -> None:
    """Each of them reads, and says in a sentence what happens."""
    assert {"ordinary", "exam_day", "night_owl", "clocks_change", "tokyo"} <= set(shipped())
    for name in shipped():
        scenario = find(name)
        assert scenario.title
        assert scenario.story.endswith(".")
        assert sum(study.minutes for study in scenario.timetable.study) >= 180


def test_a_small_file_is_enough() -> None:
    """Everything that has a good default can be left out."""
    scenario = parse(GOOD, FILE)
    assert scenario.hours == 24
    assert [study.label for study in scenario.timetable.study] == ["Maths", "Music"]
    assert scenario.network.delay_ms == (1, 2)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('title = "Mine"\n', "", "my.toml:1: title: is missing"),
        ("2026-03-02", '"2026-03-02"', "my.toml:2: date: must be a date without quotes"),
        ("2026-03-02", "1999-01-01", "my.toml:2: date: must be at least 2000-01-02"),
        ("America/Vancouver", "Vancouver", "my.toml:3: zone: must be an IANA time zone"),
        ("wake = 07:00:00\n", "", "my.toml:5: timetable.wake: is missing"),
        ("07:00:00", "07:00:30", "my.toml:6: timetable.wake: must be a time of day in whole"),
        ("07:00:00", "7", "my.toml:6: timetable.wake: must be a time of day without quotes"),
        ('label = "Music"\n', "", "my.toml:14: timetable.study[2].label: is missing"),
        ("minutes = 60\n\n[w", "minutes = 0\n\n[w", "timetable.study[2].minutes: must be at least"),
        ("start_time", "start", "my.toml:20: water.start: is not known; did you mean start_time?"),
        ("[network]", "[internet]", "internet: is not known; known are date, device"),
        ("[1, 2]", "[2, 1]", "my.toml:24: network.delay_ms: the first number must not be greater"),
        ("[1, 2]", "[1]", "my.toml:24: network.delay_ms[2]: is missing"),
        ("[1, 2]", "[1, 2, 3]", "network.delay_ms: must be a pair such as [2, 80]"),
        ("[1, 2]", "[\n 2,\n 1,\n]", "my.toml:24: network.delay_ms: the first number must"),
        ("[1, 2]", '[1, "2"]', "my.toml:24: network.delay_ms[2]: must be a whole number"),
        ("[1, 2]", "5", "network.delay_ms: must be a list in brackets"),
        ("[network]", "[network", "my.toml:23: TOML: expected"),
        ("delay_ms = [1, 2]\n", "a = [1", "my.toml:24: TOML: "),
        (
            "[network]\n",
            "[device]\npolling = 'often'\n[network]\n",
            "device.polling: must be 'fixed'",
        ),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, complaint: str) -> None:
    """One fault in a file, and the error names line, field and what would do."""
    assert GOOD.count(old) >= 1
    with pytest.raises(BadScenario) as refused:
        parse(GOOD.replace(old, new, 1), FILE)
    assert complaint in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    """In the order of the file."""
    bad = GOOD.replace("07:00:00", "7").replace("[1, 2]", "[2, 1]")
    with pytest.raises(BadScenario) as refused:
        parse(bad, FILE)
    assert [problem.line for problem in refused.value.problems] == [6, 24]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("ordinery", "did you mean ordinary?"),
        ("nothing_like_it", "shipped: clocks_change"),
        ("missing.toml", "cannot read missing.toml: No such file"),
        (".", "cannot read .: Is a directory"),
    ],
)
def test_what_cannot_be_found_is_named(name: str, complaint: str) -> None:
    """A name that is nearly right gets a hint; a file gets its reason."""
    with pytest.raises(NoScenario) as refused:
        find(name)
    assert complaint in str(refused.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are no TOML."""
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(NoScenario, match="not UTF-8"):
        find(str(tmp_path / "x.toml"))


def test_the_page_of_fields_is_up_to_date() -> None:
    """``petsim scenarios --fields`` wrote the second half of docs/scenarios.md."""
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert "\n".join(field_lines()).strip() in page
