"""A virtual board with a scripted server for each test, its power taken away at the end."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.logic.config import Config
from firmware.logic.parts import Parts


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """A shell lets what it runs in the background ignore Ctrl-C, and all that this starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class LoggedBoard(VirtualBoard):
    """A virtual board that keeps the lines of its log."""

    def __init__(self, *answers: object, **options: Any) -> None:
        """Script the server with these answers."""
        self.lines: list[str] = []
        super().__init__(ScriptedServer(answers or [(200, {})]), self.lines.append, **options)


@pytest.fixture
def board_with() -> Iterator[Callable[..., LoggedBoard]]:
    """Make boards whose server gives the answers named, one after the other."""
    boards: list[LoggedBoard] = []

    def board_with(*answers: object, **options: Any) -> LoggedBoard:
        boards.append(LoggedBoard(*answers, **options))
        return boards[-1]

    yield board_with
    for board in boards:
        board.kernel.close()


@pytest.fixture
def parts_with(board_with: Callable[..., LoggedBoard]) -> Callable[..., Parts]:
    """Make the parts of a pet on such a board."""

    def parts_with(*answers: object, **options: Any) -> Parts:
        return Parts(board_with(*answers), Config("audrey", "pet-1", **options))

    return parts_with
