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

COMMUTES = """\
bed = 23:00:00
commute = [
  { start = 11:00:00, minutes = 5 },
  { start = 12:00:00, minutes = 0 },
  { start = 13:00:00 },
]
"""
TIMETABLE = "[timetable]\nwake = 07:00:00\nbed = 23:00:00\n"
TIME = "must be a time of day such as 07:15:00"


def test_at_least_five_stories_are_shipped() -> None:
    """Each of them reads, and says in a sentence what happens."""
    assert {"ordinary", "exam_day", "night_owl", "clocks_change", "tokyo"} <= set(shipped())
    for name in shipped():
        scenario = find(name)
        assert scenario.title
        assert scenario.story.endswith(".")
        studied = sum(study.minutes for study in scenario.timetable.study)
        assert studied >= (180 if scenario.hours >= 24 else 30)


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


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[water]\n", "[water]\ninterval_min = true\n", "my.toml:20: water.interval_min: must be"),
        ('"Music"', "false", "my.toml:15: timetable.study[2].label: must be a text"),
        ("[1, 2]", "[1, 2]\nrequest_loss = true", "my.toml:25: network.request_loss: must be"),
        (
            '"Maths"',
            '"""\nMa\nths"""',
            "my.toml:10: timetable.study[1].label: must have no control",
        ),
        ("bed = 23:00:00\n", COMMUTES, "my.toml:10: timetable.commute[2].minutes: must be at"),
        ("bed = 23:00:00\n", COMMUTES, "my.toml:11: timetable.commute[3].minutes: is missing"),
        ("[1, 2]", "[\n1,\ntrue,\n]", "my.toml:26: network.delay_ms[2]: must be a whole number"),
        ("[water]", "[water]\n[[exam]]\n[[exam]]\n[x]", "my.toml:20: exam: is not known"),
        (TIMETABLE, "", "my.toml:6: timetable.wake: is missing"),
        ("23:00:00\n", "07:00:00 # late\n", "my.toml:5: timetable: bed must be another time"),
        ('title = "Mine"', 'title = "here it is"\nmine = 5', "my.toml:2: mine: is not known"),
    ],
)
def test_the_line_is_that_of_the_field(old: str, new: str, complaint: str) -> None:
    """Or of the table in which it is missing; whatever stands in its place, or around it."""
    with pytest.raises(BadScenario) as refused:
        parse(GOOD.replace(old, new, 1), FILE)
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("between", "line"),
    [
        ("[timetable]\nwake = 07:00:00\n", 21),
        ("[timetable]\nwake = 07:00:00\nbed = true\n", 23),
    ],
)
def test_a_table_in_two_places_has_the_line_of_its_header(between: str, line: int) -> None:
    """The lists of a table may stand far before it, with other tables between them."""
    text = GOOD.replace(TIMETABLE, "").replace("[network]", f"{between}[network]")
    text = text.replace("[water]", "[habits]\n[water]")
    with pytest.raises(BadScenario) as refused:
        parse(text, FILE)
    assert [(found.line, found.field) for found in refused.value.problems] == [
        (line, "timetable.bed")
    ]


def test_dotted_fields_have_their_line() -> None:
    """A table without any header stands where the first of its fields does."""
    dotted = "water.start_time = 08:00:00\n[timetable]"
    text = GOOD.replace("[timetable]", dotted).replace("[water]\nstart_time = 08:00:00\n", "")
    with pytest.raises(BadScenario) as refused:
        parse(text.replace("end_time = 20:00:00\n", ""), FILE)
    assert str(refused.value) == "my.toml:5: water.end_time: is missing"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("07:00:00", "07:15", f"my.toml:6: wake: {TIME}"),
        ("07:00:00", "25:15:00", f"my.toml:6: wake: {TIME}"),
        ("07:00:00", "7:15:00", f"my.toml:6: wake: {TIME}"),
        ("bed = 23:00:00\n", "trip = [{ to = 'x', start = 7:15 }]\n", f"my.toml:7: start: {TIME}"),
        ("2026-03-02", "2026-02-30", "my.toml:2: date: must be a date such as"),
        ("2026-03-02", "2026-13-02", "my.toml:2: date: must be a date such as"),
        ("07:00:00", "07:00:00 bed = 7:15", "my.toml:6: TOML: expected newline"),
        (
            "minutes = 60",
            "minutes = 60\npressure = nan",
            ":13: timetable.study[1].pressure: must be",
        ),
        ("minutes = 60", f"minutes = {'9' * 5000}", "my.toml:12: TOML: the number is too long"),
        ("minutes = 60", f"minutes = {'[' * 9999}", "my.toml:12: TOML: is nested too deeply"),
        (
            "minutes = 60",
            f"minutes = {'[' * 120 + ']' * 120}",
            "my.toml:12: TOML: TOML value nested",
        ),
        ("[1, 2]", f"[1, {2**64}]", "my.toml:24: network.delay_ms[2]: must be at most 86400000"),
        ('"Music"', r'"Mu\tsic"', "study[2].label: must have no control characters"),
    ],
)
def test_slips_are_named(old: str, new: str, complaint: str) -> None:
    """What TOML or Python cannot read has a line, and if possible a field, like the rest."""
    assert old in GOOD
    with pytest.raises(BadScenario) as refused:
        parse(GOOD.replace(old, new, 1), FILE)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("user_id", ["a/b", "a b", "ä", "a\\n", "a\\u007f"])
def test_a_user_id_can_be_a_part_of_other_names(user_id: str) -> None:
    """Visible ASCII without a slash; the remedy says so."""
    person = f'[person]\nuser_id = "{user_id}"\n[water]'
    with pytest.raises(BadScenario) as refused:
        parse(GOOD.replace("[water]", person), FILE)
    assert str(refused.value) == (
        "my.toml:20: person.user_id: must consist of visible ASCII characters other than /"
    )


@pytest.mark.parametrize("user_id", ["!-.0~", "a" * 64])
def test_a_user_id_may_be_strange(user_id: str) -> None:
    """All but the slash, from the first visible character to the last; up to 64 of them."""
    person = f'[person]\nuser_id = "{user_id}"\n[water]'
    assert parse(GOOD.replace("[water]", person), FILE).person.user_id == user_id
    with pytest.raises(BadScenario, match="at most 64 characters"):
        parse(GOOD.replace("[water]", person.replace(user_id, "a" * 65)), FILE)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Some editors put one at the start of each file."""
    (tmp_path / "x.toml").write_text(GOOD, encoding="utf-8-sig")
    assert find(str(tmp_path / "x.toml")).title == "Mine"


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
        ("nothing_like_it", "shipped: camera, clocks_change"),
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
