"""What must not be installed."""

import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"

# If it can be imported, the SDK of Gemini uses it without being asked: it hides retries of several
# seconds, and raises other errors than those that we know.
UNWANTED = "aiohttp"


def _words(value: object) -> list[str]:
    """Every text in a value of TOML."""
    if isinstance(value, dict):
        return [word for part in value.values() for word in _words(part)]
    if isinstance(value, list):
        return [word for part in value for word in _words(part)]
    return [value] if isinstance(value, str) else []


def test_aiohttp_is_no_dependency() -> None:
    """Neither asked for nor pinned, which it would be if anything needed it."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    asked = [project["project"], project["dependency-groups"], project["tool"]["uv"]]
    words = _words(asked)
    assert [word for word in words if word.startswith("google-genai==")]
    assert [word for word in words if UNWANTED in word.lower()] == []


def test_aiohttp_is_not_here() -> None:
    """Nothing has brought it into the environment of the tests."""
    assert find_spec("google.genai") is not None
    assert find_spec(UNWANTED) is None
    assert UNWANTED not in packages_distributions()
