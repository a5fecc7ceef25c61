"""A process that does what it is told, for ``test_child``: it answers in reverse, or fails."""

import ctypes
import os
import sys
from collections.abc import Callable
from time import sleep

from petcore.adapters.child_serving import FRAME_MAX, HEAD, Answering, serve
from petcore.errors import BadInput, VoiceFailed


def _crash() -> None:
    ctypes.string_at(0)


def _raise() -> None:
    raise RuntimeError


def _exit() -> None:
    os._exit(0)


def _flood() -> None:
    os.write(_ANSWERS, HEAD.pack(FRAME_MAX + 1) + bytes(64))
    sleep(600)


def _refuse() -> None:
    raise VoiceFailed("not this")


def _complain() -> None:
    raise BadInput.at("field", "is \u00fcgly")


def _print() -> None:
    print("printed", flush=True)  # noqa: T201  as a library may
    os.write(1, b"printed\n")
    sys.stderr.write("printed\n")


_ANSWERS = 3
"""Where ``serve`` puts the pipe that is answered through: the first number that is free."""
_DEEDS: dict[bytes, Callable[[], None]] = {
    b"crash": _crash,
    b"raise": _raise,
    b"exit": _exit,
    b"flood": _flood,
    b"refuse": _refuse,
    b"complain": _complain,
    b"print": _print,
    b"doze": lambda: sleep(0.05),
    b"sleep": lambda: sleep(600),
}


def obeying(first: bytes) -> Answering:
    """What obeys."""

    def answer(question: bytes) -> bytes:
        if question == b"first?":
            return first
        if question in _DEEDS:
            _DEEDS[question]()
        return question[::-1]

    return answer


def main() -> None:
    """Obey whoever started the process."""
    serve(obeying)
