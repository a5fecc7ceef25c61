"""A failure as a file."""

import json
from pathlib import Path

import pytest

from simulator.shrinking.sighting import Sighting
from simulator.shrinking.story import NoStory, Story, read_story, world_in, write_story
from simulator.shrinking.telling import in_a_line, in_full
from simulator.world import World
from tests.simulator.shrinking.worlds import rough, short


def _story(world: World) -> Story:
    return Story(title="Twice the same", judge="repeats", words="oh", world=world)


def test_a_story_is_read_as_it_was_written(tmp_path: Path) -> None:
    """To the last field."""
    story = _story(rough(only=("lost answer:pet/audrey:3",)))
    write_story(story, tmp_path / "new" / "story.json")
    assert read_story(tmp_path / "new" / "story.json") == story


def test_a_story_pins_what_is_as_usual(tmp_path: Path) -> None:
    """So that it stays what it is if what is usual changes."""
    write_story(_story(short()), tmp_path / "story.json")
    world = json.loads((tmp_path / "story.json").read_text(encoding="utf-8"))["world"]
    assert world.keys() == World.model_fields.keys()
    assert world["scenario"]["network"]["second_copy_ms"] == [5, 2000]
    assert world["faults"]["device"]["off_ms"] == [500, 60_000]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "Invalid JSON"),
        ("[]", "it: Input should be an object"),
        ('{"title": "a", "judge": "b", "world": {"seed": -1}}', "world.seed: "),
        ('{"title": "", "judge": "b", "world": {}}', "title: "),
    ],
)
def test_what_is_no_story_is_refused_by_field(tmp_path: Path, text: str, complaint: str) -> None:
    """And by the file's name."""
    path = tmp_path / "story.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NoStory) as refused:
        read_story(path)
    assert str(refused.value).startswith(f"{path} holds no story of this petsim: ")
    assert complaint in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the reason."""
    with pytest.raises(NoStory, match=r"gone\.json cannot be read: No such file"):
        read_story(tmp_path / "gone.json")


def test_a_world_is_found_in_whatever_tells_of_it() -> None:
    """A summary and the first line of a trace leave out what is as usual; a story does not."""
    world = rough()
    told = {**world.told, "digest": "0", "at": 0, "kind": "world"}
    assert world_in(json.dumps(told).encode(), "it") == world
    assert world_in(_story(world).model_dump_json().encode(), "it") == world
    with pytest.raises(NoStory, match=r"^it is no JSON$"):
        world_in(b"nothing", "it")
    with pytest.raises(NoStory, match=r"^it holds no world of this petsim: seed: "):
        world_in(b"{}", "it")


def test_what_remains_is_told() -> None:
    """In a line, and line by line."""
    seen = Sighting(34_260_000, "acted twice", ("lost answer:pet/audrey:3",))
    world = short(10)
    assert in_a_line(world, seen).startswith("1 person, 9 h 31 min, 1 misfortune, ")
    lines = list(in_full(world, "presses", seen))
    assert "  lost answer befalls pet/audrey (lost answer:pet/audrey:3)" in lines
    assert any(line.startswith("  scenario.timetable.study[3] = ") for line in lines)
    assert lines[-1] == "09:31 presses: acted twice"
