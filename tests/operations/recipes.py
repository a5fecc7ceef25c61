"""The Dockerfile and compose.yaml as values. Reads them; judges nothing."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE, COMPOSE = ROOT / "Dockerfile", ROOT / "compose.yaml"

_CHOICE = re.compile(r"\$\{(\w+):-([^}]*)\}")
_ARGUMENT = re.compile(r"\$\{(\w+)\}")
_SECONDS = re.compile(r"(\d+)s")


class Healthcheck(TypedDict):
    """How a container is asked whether it is well."""

    test: list[str]


class Service(TypedDict):
    """What compose.yaml says of a service, as far as tests look at it."""

    image: NotRequired[str]
    build: NotRequired[str]
    command: list[str]
    environment: NotRequired[dict[str, str]]
    ports: NotRequired[list[str]]
    networks: list[str]
    volumes: list[str]
    healthcheck: Healthcheck
    stop_grace_period: str
    read_only: NotRequired[bool]
    cap_drop: list[str]
    security_opt: list[str]
    logging: dict[str, object]


class Composition(TypedDict):
    """compose.yaml."""

    services: dict[str, Service]
    networks: dict[str, dict[str, bool] | None]
    volumes: dict[str, None]


class Instruction(TypedDict):
    """A line of a Dockerfile: ``COPY``, and what follows."""

    word: str
    rest: str


def composition() -> Composition:
    """compose.yaml, as it is without any .env."""
    text = _CHOICE.sub(lambda choice: choice[2], COMPOSE.read_text(encoding="utf-8"))
    return cast("Composition", yaml.safe_load(text))


def choices() -> dict[str, str]:
    """What compose.yaml lets be chosen, with the defaults."""
    return dict(_CHOICE.findall(COMPOSE.read_text(encoding="utf-8")))


@cache
def instructions() -> tuple[Instruction, ...]:
    """The Dockerfile, its build arguments put in."""
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    parts = [line.partition(" ") for line in text.splitlines() if line.strip()]
    arguments = dict(rest.split("=", 1) for word, _, rest in parts if word == "ARG")
    return tuple(Instruction(word=word, rest=_put_in(arguments, rest)) for word, _, rest in parts)


def instructed(word: str) -> list[str]:
    """What stands after each ``word`` of the Dockerfile."""
    return [line["rest"].strip() for line in instructions() if line["word"] == word]


def listed(word: str) -> list[str]:
    """The only ``word`` of the Dockerfile, in its exec form. AssertionError if it is not."""
    (rest,) = instructed(word)
    words = json.loads(rest[rest.index("[") :])
    assert isinstance(words, list)
    return [str(part) for part in words]


def image_environment() -> dict[str, str]:
    """What the last stage of the image sets in the environment."""
    words = [line["word"] for line in instructions()]
    last = len(words) - 1 - words[::-1].index("FROM")
    given = [line["rest"] for line in instructions()[last:] if line["word"] == "ENV"]
    return dict(pair.split("=", 1) for rest in given for pair in rest.split())


def copied() -> Iterator[str]:
    """What of the project is copied into the build."""
    for rest in instructed("COPY"):
        if not rest.startswith("--from="):
            yield from (name.rstrip("/") for name in rest.split()[:-1])


def project() -> Mapping[str, Mapping[str, object]]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def seconds(duration: str) -> int:
    """A duration such as ``30s``."""
    read = _SECONDS.fullmatch(duration)
    assert read is not None, duration
    return int(read[1])


def _put_in(arguments: Mapping[str, str], rest: str) -> str:
    return _ARGUMENT.sub(lambda argument: arguments[argument[1]], rest)
