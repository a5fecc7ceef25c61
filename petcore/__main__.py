"""The command ``petcore``."""

import argparse
import sys
from typing import get_args

from petcore.errors import StartRefused
from petcore.serving import serve
from petcore.settings import LogLevel, read_settings
from petcore.wiring import configure_logging, wire


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 0 done, 2 cannot start as asked."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings(
            host=asked.host, port=asked.port, store=asked.store, log_level=asked.log_level
        )
        services = wire(settings)
        configure_logging(settings, services.clock)
        serve(settings, services)
    except StartRefused as refused:
        print(f"petcore: {refused.message}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="petcore", description="The server of a desktop companion and its neighbours."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser(
        "serve",
        help="answer real devices",
        description="Serve the documented APIs over HTTP until SIGTERM.",
        epilog="Each option can be set in the environment, too: --log-level is PETCORE_LOG_LEVEL.",
    )
    serving.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serving.add_argument("--port", help="port to listen on, 0 for any free one (default 5000)")
    serving.add_argument(
        "--store",
        metavar="URI",
        help="memory:, sqlite:///relative.db or sqlite:////absolute.db "
        "(default sqlite:///petcore.db)",
    )
    serving.add_argument("--log-level", choices=get_args(LogLevel), help="(default info)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
