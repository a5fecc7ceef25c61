"""Where log lines go and what they look like. Everybody writes them through ``logging``."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from petcore.ports.clock import Clock


def configure_logging(
    clock: Clock, level: str = "info", format: Literal["pretty", "json"] = "pretty"
) -> None:
    """Write lines of ``level`` and above to standard error, one a line, stamped by ``clock``.

    Lines written while a request is served carry its ``request_id``.
    """

    def stamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["at"] = clock.now().isoformat(timespec="milliseconds")
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
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
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="at")]
