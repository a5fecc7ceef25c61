"""docs/security.md says what the code has, and names tests that exist."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from petcore import connections
from petcore.adapters import (
    camera_mjpeg,
    camera_mjpeg_parts,
    hearing_elevenlabs,
    language_gemini,
    sight_opencv_picture,
    voice_elevenlabs,
)
from petcore.api import answering, bodies, document, operation, strict
from petcore.api.desktop_pet import OPERATIONS
from petcore.api.desktop_pet.chat import (
    _MESSAGE_BODY_MAX,
    _MESSAGE_BODY_S,
    _MESSAGE_S,
    _PERSONA_BODY_MAX,
)
from petcore.api.desktop_pet.stress import _METRICS_BYTES_MAX, _SAMPLE_BODY_MAX
from petcore.api.platform import OPERATIONS as OPEN_OPERATIONS
from petcore.rules import pairing
from petcore.rules.desktop_pet.chat import AUDIO_S_MAX
from petcore.rules.limits import Limit
from petcore.services.believed import BELIEVED
from petcore.services.desktop_pet.hands import USES_MAX
from petcore.services.platform import pairings
from petcore.settings import Settings, default_settings
from petcore.wiring import _limit
from tests.operations.recipes import ROOT

PAGE = "docs/security.md"
_TEST = re.compile(r"`(tests/[a-z_/]+\.py)::(test_[a-z_0-9]+)`")
_CLIENTS = {"aiohttp", "http.client", "httpx", "httpx2", "requests", "urllib.request", "urllib3"}
_EACH = {60_000: "one a minute", 100: "10 a second"}
"""How often something comes that comes again after so many milliseconds."""


def _rows(heading: str) -> Iterator[list[str]]:
    """The cells of the table under ``heading``, without its own heading."""
    _, found, section = (ROOT / PAGE).read_text(encoding="utf-8").partition(f"\n{heading}\n")
    assert found, heading
    section = section.partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def _kib(size: int) -> str:
    assert size % 1024 == 0
    return f"{size // 1024} KiB"


def _rate(limit: Limit) -> str:
    return f"{limit.requests} at once, then {_EACH[limit.per_ms // limit.requests]}"


def _default(name: str) -> str:
    return f"{Settings.model_fields[name].default} (`PETCORE_{name.upper()}`)"


def _body_of_pairing() -> int:
    (size,) = {each.body_max for each in OPEN_OPERATIONS if each.method == "POST"}
    return size


def _figures() -> dict[str, str]:
    """Every figure of the table, made of the code's own."""
    sample = f"{_kib(_SAMPLE_BODY_MAX)}, of which `metrics` {_kib(_METRICS_BYTES_MAX)}"
    limit = _limit(default_settings())
    assert limit
    minutes = pairing.EXPIRES.total_seconds() / 60
    return {
        "requests of a device, or of an address without a good token": f"{_rate(limit)} "
        "(600 a minute: `PETCORE_REQUESTS_PER_MIN`); an open server on loopback does not count",
        "codes that an address asks for": _rate(pairings._STARTS),
        "codes that an address guesses": _rate(pairings._GUESSES),
        "devices that pair at a time, over all processes": str(pairing.OPEN_MAX),
        "how long a code holds": f"{minutes:.0f} minutes",
        "how long a token is believed": f"{BELIEVED.total_seconds():.0f} s",
        "connections of a process": _default("connections_max"),
        "connections of an address": _default("connections_per_address_max"),
        "a head": _kib(connections.HEAD_BYTES_MAX),
        "time for a head": f"{connections.HEAD_S:.0f} s",
        "time in which a client reads nothing": f"{connections.STALL_S:.0f} s",
        "a body": _kib(operation.BODY_MAX),
        "a body of pairing": _kib(_body_of_pairing()),
        "a body with a sample": sample,
        "a body with a persona": _kib(_PERSONA_BODY_MAX),
        "a body with something said": f"{_MESSAGE_BODY_MAX // 1024**2} MiB, of which "
        f"{AUDIO_S_MAX:.0f} s of sound",
        "parts of a body, by its commas": f"{strict.PARTS_MAX:,}",
        f"large bodies at a time, of {_kib(bodies.LARGE)} and more": str(bodies.LARGE_AT_ONCE),
        "time for a body": f"{document.BODY_S} s",
        "time for a body with something said": f"{_MESSAGE_BODY_S} s",
        "time for an operation": f"{answering.DEADLINE_S} s, with the door before it",
        "time for an answer of the pet": f"{_MESSAGE_S} s",
        "time for a service to write, speak or listen": ", ".join(
            f"{module.PATIENCE.deadline_s:.0f} s"
            for module in (language_gemini, voice_elevenlabs, hearing_elevenlabs)
        ),
        "tools that an answer uses": str(USES_MAX),
        "cameras that a process looks at": _default("cameras_max"),
        "a picture of a camera": f"{camera_mjpeg_parts.FRAME_MAX // 1024**2} MiB, "
        f"{sight_opencv_picture.SIDE_MAX} pixels a side",
        "redirects of a camera": str(camera_mjpeg._REDIRECTS_MAX),
        "fields of a query": str(strict._QUERY_FIELDS_MAX),
    }


@cache
def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_the_limits_are_those_of_the_code() -> None:
    """All of them, in this order."""
    told = {what: most for what, most, _ in _rows("## Limits")}
    assert told == _figures()
    sizes = {each.body_max for each in OPERATIONS if each.method == "POST"}
    assert sizes == {
        operation.BODY_MAX,
        _SAMPLE_BODY_MAX,
        _PERSONA_BODY_MAX,
        _MESSAGE_BODY_MAX,
    }


def test_every_risk_is_answered_and_proven() -> None:
    """The ten of the list, each with tests that are there."""
    rows = list(_rows("## The OWASP API Security Top 10 (2023)"))
    assert [risk.split()[0] for risk, _, _ in rows] == [f"API{n}" for n in range(1, 11)]
    for risk, _, proof in rows:
        named = _TEST.findall(proof)
        assert len(named) == len(proof.split(", ")), risk
        for path, name in named:
            assert name in _tests_of(path), f"{path}::{name}"


def test_public_is_what_the_page_says() -> None:
    """Whoever knocks without a token gets these and nothing else."""
    assert not [each for each in OPERATIONS if each.is_public]
    assert {each.path for each in OPEN_OPERATIONS if each.is_public} == {
        "/healthz",
        "/readyz",
        "/api/devices/pairing",
        "/api/devices/pairing/collect",
    }


def _imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    within = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    parts = {
        f"{node.module}.{each.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }
    return plain | within | parts


def test_the_server_asks_nobody() -> None:
    """No module imports what asks others over HTTP, but for the adapters of two services, and that
    of cameras.
    """
    asking = {
        path.stem: clients
        for path in sorted((ROOT / "petcore").rglob("*.py"))
        if (clients := _imported(path.read_text(encoding="utf-8")) & _CLIENTS)
    }
    assert asking == {
        "camera_mjpeg": {"httpx"},
        "elevenlabs_client": {"httpx"},
        "language_gemini_client": {"httpx2"},
    }


@pytest.mark.parametrize(
    "source",
    [
        "import httpx",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import urllib3",
    ],
)
def test_whoever_asks_somebody_is_found(source: str) -> None:
    """However it is imported."""
    assert _imported(source) & _CLIENTS
