"""The log is quiet: through a whole day, and the ear that listens to all tests is not deaf."""

import io
import logging
from collections.abc import Callable
from types import ModuleType

import orjson
import pytest

from petcore.rules import pairing
from petcore.services.platform import tokens
from simulator.scenarios.reading import find
from simulator.world import World, run
from tests import quiet

TOKEN = f"pet_{'0f' * 16}_{'aB-_9' * 8}xyz"
DEVICE_CODE = f"pair_BCDFGHJK_{'aB-_9' * 8}xyz"
_PERSONAL = frozenset(("user_id", "label", "study_label", "message", "note", "device_name", "text"))


def _said(told: object) -> set[str]:
    """Every personal text, wherever it stands."""
    if isinstance(told, list):
        return {word for part in told for word in _said(part)}
    if not isinstance(told, dict):
        return set()
    own = {
        value
        for name, value in told.items()
        if name in _PERSONAL and isinstance(value, str) and value
    }
    return own | {word for part in told.values() for word in _said(part)}


def _sent(trace: bytes) -> set[str]:
    """The same of all that went over the wire."""
    said: set[str] = set()
    for line in trace.splitlines():
        event = orjson.loads(line)
        if event["kind"] in ("request", "served") and event["body"].startswith("{"):
            said |= _said(orjson.loads(event["body"]))
    return said


class _Lines(logging.Handler):
    """Keeps every line once; ``count`` says how many there were."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: set[str] = set()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.count += 1
        self.lines.add(f"{record.name} {record.getMessage()}")


def _logged(world: World, trace: io.BytesIO) -> _Lines:
    root, kept = logging.getLogger(), _Lines()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    try:
        run(world, trace)
    finally:
        root.setLevel(before)
        root.removeHandler(kept)
    return kept


def _listen_in(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> set[str]:
    """Everything that a function of ``module`` makes from now on. Traces do not show it."""
    made: set[str] = set()
    make: Callable[..., str] = getattr(module, name)

    def heard(*arguments: object) -> str:
        text = make(*arguments)
        made.add(text)
        return text

    monkeypatch.setattr(module, name, heard)
    return made


def test_a_whole_day_leaves_nobody_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of lines, and in none of them a name, a label, a message, a token or a code that
    was sent that day.
    """
    issued = _listen_in(monkeypatch, tokens, "token")
    device_codes = _listen_in(monkeypatch, tokens, "device_code")
    user_codes = _listen_in(monkeypatch, pairing, "shown")
    trace = io.BytesIO()
    kept = _logged(World(seed=1, scenario=find("locked")), trace)
    lines = "\n".join(sorted(kept.lines)).lower()
    sent = _sent(trace.getvalue())
    assert {"audrey", "Math Revision", "Essay"} <= sent
    assert issued
    assert device_codes
    assert user_codes
    assert kept.count > 1000
    assert "post /api/stress/sample" in lines
    assert "post /api/devices/pairing/collect 200" in lines
    said = sent | issued | device_codes | user_codes
    assert [word for word in said if word.lower() in lines] == []
    quiet.require_quiet("\n".join(kept.lines))


@pytest.mark.parametrize(
    "words", [TOKEN, DEVICE_CODE, "code BCDF-GHJK", "poll of Audrey", '{"token":"' + TOKEN + '"}']
)
def test_the_ear_hears(words: str) -> None:
    """Whatever must not be said, as an argument of a line, too."""
    logging.getLogger("tests.quiet").warning("it says %s", words)
    with pytest.raises(AssertionError, match="the log says"):
        quiet.require_nothing_heard()
    with pytest.raises(AssertionError, match="the log says"):
        quiet.require_quiet(f"fine\n{words}\nfine")
    quiet.require_nothing_heard()


@pytest.mark.parametrize("words", ["GET /api/water/poll 200 0 ms", "pet_sitter", "UTF-8", ""])
def test_the_ear_lets_the_rest_pass(words: str) -> None:
    """What is no secret is no reason to fail."""
    logging.getLogger("tests.quiet").warning("it says %s", words)
    quiet.require_nothing_heard()
    quiet.require_quiet(words)
