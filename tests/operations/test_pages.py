"""What the pages count and list in tables is what the code has."""

import re
from collections.abc import Iterator

import pytest

from petcore.__main__ import _COMMANDS, _Group
from petcore.adapters import store_mongo_connection
from petcore.services.collections import COLLECTIONS
from petcore.settings import Settings
from simulator.invariants import Judge
from simulator.invariants.panel import judges_of
from tests.operations.recipes import ROOT

_NUMBERS = (
    *("five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty", "twenty-one", "twenty-two", "twenty-three"),
)
"""From 5 on."""
_CODE = re.compile(r"`([^`]+)`")


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str, heading: str) -> Iterator[list[str]]:
    """The cells of the tables under ``heading`` and nowhere else, their headings left out."""
    _, found, section = page(name).partition(f"\n{heading}\n")
    assert found, heading
    section = re.split(r"^##+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            yield cells


def test_the_readme_lists_every_setting_with_its_default() -> None:
    """In the order of the settings, and no other."""
    told = [
        (name.strip("`"), default.strip("`"))
        for name, default, _ in rows("README.md", "## Configuration")
    ]
    settings = Settings.model_fields.items()
    assert told == [
        # Words stand between commas; where there are none by default, nothing does.
        (f"PETCORE_{name.upper()}", ",".join(field.default))
        if isinstance(field.default, tuple)
        else (f"PETCORE_{name.upper()}", str(field.default))
        for name, field in settings
    ]


def test_the_page_names_no_setting_that_does_not_exist() -> None:
    """Nor does the example of choices."""
    known = {f"PETCORE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"PETCORE_[A-Z_]+", page("docs/operations.md") + page(".env.example")))
    assert named
    assert named - known <= {"PETCORE_TEST_MONGODB_URI"}


def test_the_page_lists_every_index() -> None:
    """So that whoever looks for those that are no longer used finds them."""
    told = [
        (collection.strip("`"), tuple(_CODE.findall(fields)), "(unique)" in fields)
        for collection, fields, _ in rows("docs/operations.md", "### Indexes")
    ]
    made = [
        (collection.name, index.fields, index.unique)
        for collection in COLLECTIONS
        for index in collection.indexes
    ]
    assert told == made


def test_the_page_names_every_setting_of_the_door() -> None:
    """All that there is about who gets in, and how often."""
    names = list(Settings.model_fields)
    of_door = names[names.index("door") : names.index("log_level")]
    assert len(of_door) == 7
    named = set(re.findall(r"PETCORE_[A-Z_]+", page("docs/operations.md")))
    assert {f"PETCORE_{name.upper()}" for name in of_door} <= named


def test_the_page_names_every_command_on_a_store() -> None:
    """Each as it is typed, and none that does not exist."""
    told = re.findall(r"petcore ((?:store|device) [a-z]+)", page("docs/operations.md"))
    groups = [group for group in _COMMANDS if isinstance(group, _Group)]
    assert set(told) == {
        f"{group.name} {command.name}" for group in groups for command in group.commands
    }


def test_the_page_lists_every_option_of_a_connection() -> None:
    """Those that a URI may change, and those that it may not."""
    told = {
        name.strip("`"): value.strip("`")
        for name, value, _ in rows("docs/operations.md", "### The URI")
    }
    set_ = {**store_mongo_connection._OPTIONS, **store_mongo_connection._PROMISED}
    assert told == {
        name: str(value).lower() if value in (True, False) else str(value)
        for name, value in set_.items()
    }


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_the_page_counts_stories_and_judges(name: str) -> None:
    """As many as there are."""
    numbers = {word: number for number, word in enumerate(_NUMBERS, 5)}
    told = re.findall(r"(?i)\b([a-z-]+) (stories:|of them shipped|judges,)", page(name))
    counts = [(what == "judges,", numbers[word.lower()]) for word, what in told]
    stories = len(list((ROOT / "simulator" / "scenarios").glob("*.toml")))
    assert counts == [(False, stories), (True, len(_everybody()))]


def test_the_page_lists_every_judge() -> None:
    """By the name of its file, in the order in which they are named to people."""
    told = [name.strip("`") for name, _ in rows("docs/architecture.md", "## The simulated world")]
    assert told == [type(judge).__module__.rpartition(".")[2] for judge in _everybody()]


def _everybody() -> tuple[Judge, ...]:
    """All judges that there are."""
    return judges_of("locked", is_talkative=True, is_watched=True, heals=True, has_programs=True)
