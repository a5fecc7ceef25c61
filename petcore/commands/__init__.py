"""What ``petcore`` can do, one file each: add its arguments, run, return an exit code."""

from argparse import ArgumentParser
from enum import IntEnum
from typing import get_args

from petcore.settings import MongoDriver

STORES = "memory:, sqlite:///relative.db, sqlite:////absolute.db or mongodb://host/database"
"""The stores there are, as a user names them."""


class Exit(IntEnum):
    """Exit codes of all commands; the last is what a shell says of somebody stopped by Ctrl-C."""

    DONE = 0
    WRONG = 1
    REFUSED = 2
    STOPPED = 130


def add_store_arguments(parser: ArgumentParser) -> None:
    """Let a store be named; ``read_settings`` knows what holds if none is."""
    parser.add_argument("--store", metavar="URI", help=f"{STORES} (default sqlite:///petcore.db)")
    parser.add_argument(
        "--mongo-driver",
        choices=get_args(MongoDriver),
        help="the driver of a mongodb:// store (default motor)",
    )
