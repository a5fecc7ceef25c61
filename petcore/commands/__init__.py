"""What ``petcore`` can do, one file each: add its arguments, run, return an exit code."""

from argparse import ArgumentParser, Namespace
from enum import IntEnum
from typing import get_args

from petcore.settings import STORES, MongoDriver, Settings, read_settings


class Exit(IntEnum):
    """Exit codes of all commands; the last is what a shell says of somebody stopped by Ctrl-C."""

    DONE = 0
    WRONG = 1
    REFUSED = 2
    STOPPED = 130


def add_store_arguments(parser: ArgumentParser) -> None:
    """Let a store be named; ``read_settings`` knows what holds if none is."""
    parser.add_argument("--store", metavar="URI", help=f"{STORES} (default sqlite:///petcore.db)")
    add_driver_argument(parser)


def add_driver_argument(parser: ArgumentParser) -> None:
    """Let the driver of MongoDB be named."""
    parser.add_argument(
        "--mongo-driver",
        choices=get_args(MongoDriver),
        help="the driver of a mongodb:// store (default motor)",
    )


def store_settings(asked: Namespace) -> Settings:
    """The settings of who was asked for a store and its driver. Raises ``StartRefused``."""
    return read_settings(store=asked.store, mongo_driver=asked.mongo_driver)
