"""A failure as a file that can be lived through again: a world, and the promise it once broke.

The world is written down with every field, also those that are as usual, so that a story stays what
it is when presets, shipped scenarios or defaults change.
"""

import json
from pathlib import Path
from typing import Annotated, Literal

import orjson
from pydantic import Field, ValidationError

from simulator.kernel.values import Value
from simulator.world import World

Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Story(Value):
    """What happened once, and must not happen again."""

    title: Words
    """What to call it."""
    was_wrong: str = ""
    """What the bug was, for those who come later."""
    judge: Words
    """Who saw it."""
    words: str = ""
    """What the judge said."""
    expected: Literal["kept"] = "kept"
    """That all judges are content now."""
    world: World
    """Where it happened."""


class NoStory(Exception):
    """The file cannot be read as one; the message says why."""


def write_story(story: Story, path: Path) -> None:
    """Write it down as JSON. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(story.model_dump(mode="json"), indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def read_story(path: Path) -> Story:
    """The story in this file. Raises ``NoStory``."""
    try:
        return Story.model_validate_json(path.read_bytes())
    except OSError as error:
        raise NoStory(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise NoStory(f"{path} holds no story of this petsim: {_first(error)}") from None


def world_in(text: bytes, place: str) -> World:
    """The world that a summary, a story, or the first line of a trace describes; other names in it
    are passed over. ``place`` is what to call it. Raises ``NoStory``.
    """
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NoStory(f"{place} is no JSON") from None
    told = told.get("world", told) if isinstance(told, dict) else {}
    fields = {name: told[name] for name in World.model_fields if name in told}
    try:
        return World.model_validate_json(orjson.dumps(fields))
    except ValidationError as error:
        raise NoStory(f"{place} holds no world of this petsim: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
