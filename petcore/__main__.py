"""The command ``petcore``."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from petcore.commands import Exit, serve
from petcore.errors import StartRefused


@dataclass(frozen=True, slots=True)
class _Command:
    name: str
    help: str
    story: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], Exit]


_COMMANDS = (
    _Command(
        "serve",
        "answer real devices",
        "Serve the documented APIs over HTTP until SIGTERM.",
        serve.add_arguments,
        serve.execute,
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 0 done, 1 something is wrong, 2 cannot be as asked."""
    try:
        asked = _parser().parse_args(arguments)
        return int(asked.execute(asked))
    except StartRefused as refused:
        print(f"petcore: {refused.message}", file=sys.stderr)
        return Exit.REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="petcore", description="The server of a desktop companion and its neighbours."
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        sub = parsers.add_parser(
            command.name,
            help=command.help,
            description=command.story,
            epilog="Each option can be set in the environment, too: "
            "--log-level is PETCORE_LOG_LEVEL.",
        )
        command.add_arguments(sub)
        sub.set_defaults(execute=command.execute)
    return parser


if __name__ == "__main__":
    sys.exit(main())
