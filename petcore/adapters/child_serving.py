"""What a process does that is asked in frames, and what a frame is.

On its standard input come frames: first what it is to know, then questions. To each it writes one
frame to its standard output: to the first an empty one as soon as it is ready, to a question the
mark of how it went, and the answer or the words of what was wrong with the question. A frame is its
length as four bytes, the highest first, and so many bytes. It ends with its input, and at anything
else in it.

Here: the child's side. Not here: whoever asks (``child``), and what the questions are.
"""

import os
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

from petcore.errors import PetcoreError

Answering = Callable[[bytes], bytes]
"""Makes an answer of a question; may raise ``PetcoreError``, whose words are told."""

FRAME_MAX = 16 << 20
"""Bytes of a question or an answer."""

HEAD = struct.Struct(">I")
DONE, DECLINED = b"+", b"-"

_TOLD = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
# Nobody waits so long for an answer. C that hangs would not notice that its parent is gone.
_ANSWER_S_MAX = 60


def framed(body: bytes) -> bytes:
    """The frame of it."""
    return HEAD.pack(len(body)) + body


def serve(prepare: Callable[[bytes], Answering]) -> None:
    """Answer whoever started the process. It ends by the end of its input and by nothing else: a
    server that is told to end has somebody to answer still.
    """
    for told in _TOLD:
        if hasattr(signal, told):
            signal.signal(getattr(signal, told), signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    answer_all(prepare, sys.stdin.buffer, answers, _end_in)


def answer_all(
    prepare: Callable[[bytes], Answering],
    asked: BinaryIO,
    answers: BinaryIO,
    end_in: Callable[[int], None],
) -> None:
    """Answer every frame of ``asked``, until there are no more. ``end_in`` is to end the process in
    so many seconds; told 0, not to.
    """
    first = _frame(asked)
    if first is None:
        return
    answering = prepare(first)
    _write(answers, b"")
    while (question := _frame(asked)) is not None:
        end_in(_ANSWER_S_MAX)
        _write(answers, _answer(answering, question))
        end_in(0)


def _answer(answering: Answering, question: bytes) -> bytes:
    try:
        return DONE + answering(question)
    except PetcoreError as error:
        words = error.details[0].msg if error.details else error.message
        return DECLINED + words.encode()


def _end_in(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


def _frame(stream: BinaryIO) -> bytes | None:
    """The next one; None if there is none."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (size,) = HEAD.unpack(head)
    body = stream.read(size) if size <= FRAME_MAX else b""
    return body if len(body) == size else None


def _write(answers: BinaryIO, body: bytes) -> None:
    answers.write(framed(body))
    answers.flush()
