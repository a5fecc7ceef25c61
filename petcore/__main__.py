"""The command ``petcore``."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from petcore.commands import Exit, device, serve, store
from petcore.errors import StartRefused


@dataclass(frozen=True, slots=True)
class _Command:
    name: str
    help: str
    story: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], Exit]


@dataclass(frozen=True, slots=True)
class _Group:
    """Commands of one thing: ``petcore store copy`` and so on."""

    name: str
    help: str
    commands: tuple[_Command, ...]


_COMMANDS: tuple[_Command | _Group, ...] = (
    _Command(
        "serve",
        "answer real devices",
        "Serve the documented APIs over HTTP until SIGTERM.",
        serve.add_arguments,
        serve.execute,
    ),
    _Group(
        "store",
        "copy, check or export what is stored, or erase a person",
        (
            _Command(
                "copy",
                "everything into another store",
                "Copy everything from one store to another and prove that it arrived. Cut off, it "
                "is continued by the same command. Nothing in the target is deleted.",
                store.add_copy_arguments,
                store.copy_store,
            ),
            _Command(
                "check",
                "hold every document against the schema map",
                "Check every document: its fields, and what belongs together.",
                store.add_check_arguments,
                store.check_store,
            ),
            _Command(
                "erase",
                "remove a person wholly",
                "Remove all documents of one user from every collection, for ever.",
                store.add_erase_arguments,
                store.erase_user,
            ),
            _Command(
                "export",
                "all that is stored about a person",
                "Write all documents of one user as JSON lines.",
                store.add_export_arguments,
                store.export_user,
            ),
        ),
    ),
    _Group(
        "device",
        "say what may act for whom: tokens, and devices that pair",
        (
            _Command(
                "add",
                "a device and its token",
                "Make a device that acts for one user, and print its token, which is known only "
                "now. The store is made if there is none.",
                device.add_add_arguments,
                device.add_device,
            ),
            _Command(
                "list",
                "every device",
                "List all devices: for whom they act, their firmware, when they were last seen.",
                device.add_list_arguments,
                device.list_devices,
            ),
            _Command(
                "rotate",
                "another token for a device",
                "Print a new token for a device. The old one ends. A pet that pairs cannot be told "
                "of it: revoke that one, and it pairs again.",
                device.add_name_arguments,
                device.rotate_token,
            ),
            _Command(
                "revoke",
                "forget a device",
                "Forget a device. Its token ends; what is stored of its user stays.",
                device.add_name_arguments,
                device.revoke_device,
            ),
            _Command(
                "confirm",
                "let a device in that shows a code",
                "Let the device that shows this code act for a user. It collects its token by "
                "itself.",
                device.add_confirm_arguments,
                device.confirm_device,
            ),
        ),
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
    _add(parser, _COMMANDS)
    return parser


def _add(parser: argparse.ArgumentParser, commands: tuple[_Command | _Group, ...]) -> None:
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        if isinstance(command, _Group):
            _add(parsers.add_parser(command.name, help=command.help), command.commands)
            continue
        sub = parsers.add_parser(
            command.name,
            help=command.help,
            description=command.story,
            epilog="Settings can be made in the environment, too: "
            "--mongo-driver is PETCORE_MONGO_DRIVER.",
        )
        command.add_arguments(sub)
        sub.set_defaults(execute=command.execute)


if __name__ == "__main__":
    sys.exit(main())
