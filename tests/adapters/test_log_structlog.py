"""What a line of the log looks like, and what cannot get into it."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import httpx
import pytest

from petcore.adapters.log_structlog import configure_logging, formatter, masked
from petcore.rules.pairing import shown, user_code
from petcore.services.platform import tokens
from tests.services.server import SetClock

SECRET = tokens.secret_text(b"\xfb\xff" * 16)
TOKEN = tokens.token("0f" * 16, SECRET)
CODE = shown(user_code(b"petcore"))
DEVICE_CODE = tokens.device_code(CODE.replace("-", ""), SECRET)

# Not written where it is used: frames show the lines of the program.
USER = "audrey"

Format = Literal["pretty", "json"]
FORMATS: tuple[Format, ...] = ("pretty", "json")


def line(
    format: Format,
    words: str,
    *arguments: object,
    error: BaseException | None = None,
    name: str = "petcore.api",
    is_outspoken: bool = False,
) -> str:
    """What the log says. The record is made by hand, so that nobody else hears it."""
    told = {"msg": words, "args": arguments, "levelname": "ERROR", "name": name}
    if error is not None:
        told["exc_info"] = (type(error), error, error.__traceback__)
    record = logging.makeLogRecord(told)
    return formatter(SetClock(), format, is_outspoken=is_outspoken).format(record)


def raised() -> BaseException:
    """An error with two others before it, one of a group, all of which repeat what was sent."""
    try:
        try:
            _fall(USER)
        finally:
            _stumble(USER)
    except ValueError as last:
        return last
    return AssertionError()


def _fall(name: str) -> None:
    several = ExceptionGroup(f"{name} and", [KeyError(name)])
    raise LookupError(f"session of {name}") from several


def _stumble(name: str) -> None:
    error = ValueError(f"{name} is none")
    error.add_note(f"sent by {name}")
    raise error


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("secret", [TOKEN, DEVICE_CODE, CODE])
@pytest.mark.parametrize("is_outspoken", [False, True])
def test_what_gives_access_is_masked(format: Format, secret: str, is_outspoken: bool) -> None:
    """In the words, in an argument, in an error's words, and beside whatever stands there."""
    error = ValueError(f"({secret})")
    told = line(
        format, f"{secret} and %r", {"token": secret}, error=error, is_outspoken=is_outspoken
    )
    assert SECRET not in told
    assert CODE not in told
    assert CODE.replace("-", "") not in told
    assert "***" in told


def test_the_device_of_a_token_stays() -> None:
    """It says which one to revoke."""
    assert masked(f"<{TOKEN}>") == f"<pet_{'0f' * 16}_***>"
    assert masked(f"<{DEVICE_CODE}>") == "<pair_***>"
    assert masked(f"code {CODE}, please") == "code ***, please"


@pytest.mark.parametrize(
    "text",
    [
        CODE.lower(),
        f"pairing:{CODE.replace('-', '')}",
        f"user_code={CODE.replace('-', '').lower()}",
        str({"user_code": CODE.replace("-", "")}),
        json.dumps(json.dumps({"user_code": CODE.replace("-", "")})),
    ],
)
def test_a_code_is_masked_however_it_is_written(text: str) -> None:
    """In small letters as people type it, and without its dash as a store keeps it."""
    for told in (masked(text), masked(f"<{text}>, please")):
        assert CODE.replace("-", "").lower() not in told.replace("-", "").lower()
        assert "***" in told


@pytest.mark.parametrize(
    "text",
    [
        "pairing:BCDFGHJKL",
        "the user_code was not found",
        "pairing: nobody",
        "bcdfbcdf-bcdf-4bcd-bcdf-bcdfbcdfbcdf",
        "pet_name and pair_of_shoes",
        "3f6c2f36-53a2-4f0e-8c1f-0d6a4c6d7e1b",
        "UTF-8 ISO-8859-1",
        "",
    ],
)
def test_nothing_else_is_masked(text: str) -> None:
    """Ids and ordinary words stay."""
    assert masked(text) == text


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_is_shown_without_its_words(format: Format) -> None:
    """Kinds and frames of the whole chain, and nothing that anybody sent."""
    told = line(format, "unexpected error", error=raised())
    assert "audrey" not in told
    for kind in ("ExceptionGroup", "KeyError", "LookupError", "ValueError"):
        assert kind in told
    assert told.count("in raised") == 2
    assert "in _fall" in told
    assert "in _stumble" in told


@pytest.mark.parametrize("format", FORMATS)
def test_whoever_asks_for_everything_gets_the_words(format: Format) -> None:
    """At the level debug, to find out what went wrong."""
    told = line(format, "unexpected error", error=raised(), is_outspoken=True)
    for words in ("audrey is none", "sent by audrey", "session of audrey"):
        assert words in told


@pytest.mark.parametrize("format", FORMATS)
def test_a_task_that_failed_unseen_is_told_without_its_words(format: Format) -> None:
    """The line of asyncio itself has the error in it."""
    words = "Task exception was never retrieved\nfuture: <Task exception=ValueError('audrey')>"
    told = line(format, "%s", words, name="asyncio", error=raised())
    assert "Task exception was never retrieved" in told
    assert "audrey" not in told
    assert "_stumble" in told


def test_a_loop_of_errors_ends() -> None:
    """Errors can be each other's cause."""
    one, other = ValueError("audrey"), KeyError("audrey")
    one.__cause__, other.__cause__ = other, one
    assert "audrey" not in line("json", "unexpected error", error=one)


@pytest.fixture
def _log_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is set for the test is unset after it."""
    names = (None, "httpcore", "httpcore2", "httpx", "httpx2", "google_genai", "elevenlabs")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    monkeypatch.setattr(logging.root, "handlers", [])
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.usefixtures("_log_of_its_own")
@pytest.mark.parametrize("level", ["debug", "info", "warning"])
def test_the_address_of_a_camera_is_told_by_nobody(
    level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither its query nor its answer, at no level: a token stands there."""
    configure_logging(SetClock(), level)
    logging.getLogger("petcore.video").warning("it goes on")
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        client.get("http://cam.test/s?token=SECRET")
    for name in ("httpcore.http11", "httpcore2.http11", "httpx2", "google_genai.models"):
        logging.getLogger(name).debug("receive_response_headers.complete %s", "SECRET")
    told = capsys.readouterr().err
    assert "it goes on" in told
    assert "SECRET" not in told


def test_lines_can_be_read_by_programs() -> None:
    """One object a line, with level, logger and time."""
    told = json.loads(line("json", "GET %s", "/api", error=raised()))
    assert told.pop("exception").endswith("ValueError")
    assert told == {
        "event": "GET /api",
        "level": "error",
        "logger": "petcore.api",
        "at": "2026-05-05T12:00:00.000+00:00",
    }
