"""Work that was begun before it was clear whether it has to wait for anything.

What need not wait is done with its first step, and whoever took that step need not get ready for a
wait. Here: the steps. Not here: what is got ready (``petcore.api.answering``).
"""

from collections.abc import Coroutine, Generator
from types import coroutine
from typing import TypeVar

R = TypeVar("R")


@coroutine
def rest_of(work: Coroutine[object, None, R], awaited: object) -> Generator[object, None, R]:
    """What comes of ``work``, whose last step ended in waiting for ``awaited``."""
    while True:
        failure: BaseException | None = None
        try:
            heard = yield awaited
        except BaseException as thrown:  # noqa: BLE001 -- a cancellation, too, is for the work
            failure = thrown
        try:
            awaited = work.send(heard) if failure is None else work.throw(failure)
        except StopIteration as done:
            result: R = done.value
            return result
