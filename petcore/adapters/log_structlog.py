"""Where log lines go and what they look like. Everybody writes them through ``logging``.

What users sent has no place in them, nor has what lets anybody in: an error's own words are shown
at the level debug only, and what looks like a secret is masked wherever it stands.
"""

import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator
from multiprocessing import parent_process
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, ExceptionTransformer, ExcInfo, Processor, WrappedLogger

from petcore.ports.clock import Clock
from petcore.ports.log import REQUEST_ID

# Every line is searched, so both begin with what is found fast: a letter, one of a set.
_PROOF = re.compile(r"p(?:et_[0-9a-f]{32}|air_[B-Z]{8})_[A-Za-z0-9_-]+")
_LETTER = "[BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz]"
_USER_CODE = re.compile(rf"{_LETTER}{_LETTER}{{3}}-{_LETTER}{{4}}(?![A-Za-z0-9-])")
# Without its dash it looks like a word, so it counts where something says that it is one.
_NAMED_CODE = re.compile(
    rf"((?:user_code|pairing:)[^A-Za-z0-9]{{0,8}}){_LETTER}{{8}}(?![A-Za-z0-9])"
)
_HIDDEN = "***"

_CHATTY = ("elevenlabs", "google_genai", "httpcore", "httpcore2", "httpx", "httpx2")
"""Clients that tell of every request, with its whole address, and of what was answered. What is to
be said of that, who asks says himself."""


def configure_logging(
    clock: Clock, level: str = "info", format: Literal["pretty", "json"] = "pretty"
) -> None:
    """Write lines of ``level`` and above to standard error, one a line, stamped by ``clock``.

    Lines written while a request is served carry its ``request_id``; those of a process that
    shares the work with others carry its ``pid``, since each of them counts its own requests.
    At the level debug they may hold anything but secrets. Of the clients of other services nothing
    is written at any level.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(clock, format, is_outspoken=level == "debug"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def formatter(
    clock: Clock, format: Literal["pretty", "json"], *, is_outspoken: bool = False
) -> logging.Formatter:
    """What makes lines of records; ``is_outspoken`` shows the words of unexpected errors."""
    told = {"pid": os.getpid()} if parent_process() else {}

    def stamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.update(told)
        event["at"] = clock.now().isoformat(timespec="milliseconds")
        if (request_id := REQUEST_ID.get()) is not None:
            event["request_id"] = request_id
        return event

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        stamp,
        *([] if is_outspoken else [_without_errors]),
    ]
    return _Masked(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_written(format, _whole if is_outspoken else _frames),
        ],
    )


def masked(text: str) -> str:
    """The text without what looks like a token, a device code or a user code; of user codes
    without a dash only those that ``user_code`` or ``pairing:`` stands before.
    """
    named = _NAMED_CODE.sub(rf"\1{_HIDDEN}", _PROOF.sub(_hidden, text))
    return _USER_CODE.sub(_HIDDEN, named)


def _hidden(proof: re.Match[str]) -> str:
    """Which device a token belongs to is no secret."""
    kind, name, _ = proof[0].split("_", 2)
    return f"{kind}_{name}_{_HIDDEN}" if kind == "pet" else f"{kind}_{_HIDDEN}"


class _Masked(structlog.stdlib.ProcessorFormatter):
    """Nothing gets around it, whichever field of a line it stands in."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _without_errors(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """What asyncio tells of a failed task has several lines, and the error's words are in them."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _written(format: Literal["pretty", "json"], traced: ExceptionTransformer) -> list[Processor]:
    if format == "json":
        return [
            structlog.processors.ExceptionRenderer(traced),
            structlog.processors.JSONRenderer(),
        ]

    def trace(file: TextIO, error: ExcInfo) -> None:
        file.write("\n" + traced(error))

    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="at",
        # The other formatters show the values of variables: what users sent, and their names.
        exception_formatter=trace,
    )
    return [console]


def _whole(exc_info: ExcInfo) -> str:
    return "".join(traceback.format_exception(*exc_info)).rstrip("\n")


def _frames(exc_info: ExcInfo) -> str:
    """Where it happened and what kind of error it is, as Python shows it but for its words."""
    return "".join(_told(exc_info[1], set())).rstrip("\n")


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    context = None if error.__suppress_context__ else error.__context__
    before = error.__cause__ or context
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "\nThen:\n\n"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _told(part, seen)
            yield "\nTogether:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    yield name.removeprefix("builtins.") + "\n"
