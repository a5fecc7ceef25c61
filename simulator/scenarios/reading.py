"""Reads scenarios from TOML files. What is wrong with one is told by line, field and remedy."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from tomlkit.exceptions import ParseError

from simulator.scenarios.lines import line_of
from simulator.scenarios.scenario import Scenario

M = TypeVar("M", bound=BaseModel)

SHIPPED = Path(__file__).parent
_SUFFIX = ".toml"

_REMEDIES: Mapping[str, str] = {
    "missing": "is missing",
    "time_type": "must be a time of day without quotes, such as 07:30:00",
    "date_type": "must be a date without quotes, such as 2026-03-02",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be a text in quotes",
    "tuple_type": "must be a list in brackets",
    "model_type": "must be a table",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must have no control characters such as line breaks",
    "too_short": "must be a pair such as [2, 80]",
    "too_long": "must be a pair such as [2, 80]",
}
"""What would do, by pydantic's name of the error."""

_USER_ID = "must consist of visible ASCII characters other than /"
_REMEDIES_OF_FIELDS: Mapping[tuple[str, str], str] = {
    ("string_pattern_mismatch", "user_id"): _USER_ID,
}
"""What would do where the name of the error does not say enough: by error and field."""

_SLIPS = (
    (re.compile(r"([\w.-]+)\s*=\s*(\d+:[\d:.]*)"), "must be a time of day such as 07:15:00"),
    (re.compile(r"([\w.-]+)\s*=\s*(\d+-[\d-]*)"), "must be a date such as 2026-03-02"),
)
"""Values that are no TOML, behind the name of their field, and what was meant."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which line (from 1), with which field, and what would do."""

    line: int
    field: str
    remedy: str


class BadScenario(Exception):
    """A file is no scenario. The message has one line for each problem, as compilers word it."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(
                f"{path}:{problem.line}: {problem.field}: {problem.remedy}" for problem in problems
            )
        )


class NoScenario(Exception):
    """Nothing of that name is shipped, and there is no such file."""


def shipped() -> Mapping[str, Path]:
    """The scenarios that come with petcore, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob(f"*{_SUFFIX}"))}


def find(name: str) -> Scenario:
    """The scenario of this name, or in this file. Raises ``NoScenario`` or ``BadScenario``."""
    path = shipped().get(name, Path(name))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NoScenario(_unreadable(name, error)) from None
    return parse(text, path)


def parse(text: str, path: Path) -> Scenario:
    """The scenario that ``text`` describes. Raises ``BadScenario``, which names ``path``."""
    return parse_as(Scenario, text, path)


def parse_as(model: type[M], text: str, path: Path) -> M:
    """The value of ``model`` that ``text`` describes. Raises ``BadScenario``, as above."""
    try:
        return _parse(model, text, path)
    except RecursionError:
        deepest = _busiest(text, r"[\[{.]")
        raise BadScenario(path, [Problem(deepest, "TOML", "is nested too deeply")]) from None
    except ParseError as error:
        # What finds the lines is stricter than what reads the values: 100 levels are its limit.
        reason = str(error).partition(" at line ")[0]
        raise BadScenario(path, [Problem(error.line, "TOML", reason)]) from None


def _parse(model: type[M], text: str, path: Path) -> M:
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(path, [_syntax(error, text)]) from None
    except ValidationError as error:
        complaints = error.errors(include_url=False)
        raise BadScenario(path, _problems(model, complaints, text)) from None
    except ValueError:
        # Python refuses to read a whole number of thousands of digits.
        longest = _busiest(text, r"\d")
        raise BadScenario(path, [Problem(longest, "TOML", "the number is too long")]) from None


def _busiest(text: str, pattern: str) -> int:
    """The line with the most matches: a parser that gives up does not say where."""
    counts = [len(re.findall(pattern, line)) for line in text.split("\n")]
    return counts.index(max(counts)) + 1


def _unreadable(name: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and not name.endswith(_SUFFIX):
        near = get_close_matches(name, shipped(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"no scenario is called {name}{hint} (shipped: {', '.join(shipped())})"
    reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    return f"cannot read {name}: {reason}"


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    message, _, place = str(error).rpartition(" (at ")
    words = place.rstrip(")").replace(",", "").split()
    if "line" not in words:
        return Problem(len(text.splitlines()), "TOML", message[:1].lower() + message[1:])
    line, column = int(words[1]), int(words[3])
    field, remedy = _slip(text.split("\n")[line - 1], column - 1) or (
        "TOML",
        message[:1].lower() + message[1:],
    )
    return Problem(line, field, remedy)


def _slip(line: str, column: int) -> tuple[str, str] | None:
    """The field whose value the parser stumbled over in that column (from 0), and its remedy."""
    for pattern, remedy in _SLIPS:
        for found in pattern.finditer(line):
            if found.start(2) <= column <= found.end(2):
                return found[1], remedy
    return None


def _problems(
    model: type[BaseModel], complaints: Iterable[ErrorDetails], text: str
) -> list[Problem]:
    found = [
        Problem(line_of(text, complaint["loc"]), _name(complaint["loc"]), _remedy(model, complaint))
        for complaint in complaints
    ]
    return sorted(found, key=lambda problem: problem.line)


def _name(place: Sequence[str | int]) -> str:
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).lstrip(".")


def _remedy(model: type[BaseModel], complaint: ErrorDetails) -> str:
    if complaint["type"] == "extra_forbidden":
        return _unknown(model, complaint["loc"])
    kind, field = complaint["type"], str(complaint["loc"][-1]) if complaint["loc"] else ""
    remedy = _REMEDIES_OF_FIELDS.get((kind, field)) or _REMEDIES.get(kind)
    if remedy is not None:
        return remedy.format(**complaint.get("ctx", {}))
    return complaint["msg"].removeprefix("Value error, ")


def _unknown(model: type[BaseModel], place: Sequence[str | int]) -> str:
    fields = sorted(_model_at(model, place[:-1]).model_fields)
    near = get_close_matches(str(place[-1]), fields, n=1)
    if near:
        return f"is not known; did you mean {near[0]}?"
    return f"is not known; known are {', '.join(fields)}"


def _model_at(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel]:
    """The model of the table at ``place``."""
    for step in place:
        if isinstance(step, str):
            model = _table(model.model_fields[step].annotation)
    return model


def _table(annotation: object) -> type[BaseModel]:
    """The model in an annotation: itself, or that of a list's entries."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return _table(get_args(annotation)[0])
