"""Where log lines go and what they look like. Everybody writes them through ``logging``."""

import logging
import os
import sys
from multiprocessing import parent_process
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from petcore.ports.clock import Clock
from petcore.ports.log import REQUEST_ID


def configure_logging(
    clock: Clock, level: str = "info", format: Literal["pretty", "json"] = "pretty"
) -> None:
    """Write lines of ``level`` and above to standard error, one a line, stamped by ``clock``.

    Lines written while a request is served carry its ``request_id``; those of a process that
    shares the work with others carry its ``pid``, since each of them counts its own requests.
    """
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
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_written(format),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _written(format: Literal["pretty", "json"]) -> list[Processor]:
    if format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="at",
        # The other formatters show the values of variables: what users sent, and their names.
        exception_formatter=structlog.dev.plain_traceback,
    )
    return [console]
