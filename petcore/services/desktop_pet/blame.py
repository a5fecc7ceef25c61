"""What is said of an error that nobody expected, of whoever hears, writes or speaks for the pet.

Those are services and engines of others: whatever they raise, they have failed, and the pet goes on
or says so. Their own words are never repeated; they may hold what was said, or a key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb

from petcore.errors import PetcoreError


@contextmanager
def blamed(kind: type[PetcoreError]) -> Iterator[None]:
    """An error that is none of ours is raised as ``kind``."""
    try:
        yield
    except PetcoreError:
        raise
    except Exception as error:  # noqa: BLE001 -- whoever it is of may raise anything
        raise kind(described(error)) from None


def described(error: Exception) -> str:
    """An error in words for the log: our own, or else its type and where it was raised."""
    if isinstance(error, PetcoreError):
        return error.message
    *_, (frame, line) = walk_tb(error.__traceback__)
    return f"{type(error).__name__} in {Path(frame.f_code.co_filename).name}, line {line}"
