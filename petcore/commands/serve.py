"""``petcore serve``: answer real devices."""

from argparse import ArgumentParser, Namespace
from typing import get_args

from petcore.commands import Exit, add_store_arguments
from petcore.serving import serve
from petcore.settings import LogLevel, read_settings
from petcore.wiring import configure_logging, wire


def add_arguments(parser: ArgumentParser) -> None:
    """All that can be asked of a server."""
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on, 0 for any free one (default 5000)")
    parser.add_argument(
        "--workers",
        metavar="N",
        help="processes that share the work, on any store but memory: (default 1)",
    )
    door = parser.add_mutually_exclusive_group()
    door.add_argument(
        "--open",
        dest="door",
        action="store_const",
        const="open",
        help="let everybody in who can reach the server; by default only this machine may ask "
        "without a token",
    )
    door.add_argument(
        "--locked",
        dest="door",
        action="store_const",
        const="locked",
        help="want a token from this machine, too, as behind a proxy",
    )
    add_store_arguments(parser)
    parser.add_argument(
        "--time-scale",
        metavar="N",
        help="let time run N times as fast, to try a pet's day in minutes (default 1)",
    )
    parser.add_argument("--log-level", choices=get_args(LogLevel), help="(default info)")


def execute(asked: Namespace) -> Exit:
    """Serve until told to stop. Raises ``StartRefused``."""
    settings = read_settings(
        host=asked.host,
        port=asked.port,
        workers=asked.workers,
        door=asked.door,
        store=asked.store,
        mongo_driver=asked.mongo_driver,
        time_scale=asked.time_scale,
        log_level=asked.log_level,
    )
    services = wire(settings)
    configure_logging(settings, services.clock)
    serve(settings, services)
    return Exit.DONE
