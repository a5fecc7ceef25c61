"""How a command on a store runs: opened, closed again, and what goes wrong told in one line."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from petcore.commands import Exit
from petcore.commands.store_output import complain
from petcore.errors import BadInput, NotFound, PetcoreError, StartRefused, WrongState
from petcore.ports.store import Store
from petcore.services import Services
from petcore.settings import Settings, shown
from petcore.wiring import existing_store, wire

# What all say that know nothing of commands.
_STORE = "--store (PETCORE_STORE)"


def existing(settings: Settings) -> Store:
    """The store of the settings, as it is. Raises ``StartRefused``."""
    return existing_store(settings.store, settings.mongo_driver)


def run(work: Coroutine[object, object, Exit]) -> Exit:
    """What the work came to; what goes wrong is one line. Raises ``StartRefused``."""
    with understood() as outcome:
        outcome.append(asyncio.run(work))
    return outcome[-1]


@contextmanager
def understood() -> Iterator[list[Exit]]:
    """Work inside fails with one line. The last of the list is what it came to."""
    outcome = [Exit.DONE]
    try:
        yield outcome
        sys.stdout.flush()
    except StartRefused:
        raise
    except KeyboardInterrupt:
        outcome.append(Exit.STOPPED)
    except BrokenPipeError:
        # Whoever read has gone; without this Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        outcome.append(Exit.WRONG)
    except (PetcoreError, OSError) as error:
        complain(str(error))
        outcome.append(Exit.WRONG)


@contextmanager
def naming(option: str) -> Iterator[None]:
    """A refusal of the store names the option by which it was asked for."""
    try:
        yield
    except StartRefused as refused:
        raise StartRefused(refused.message.replace(_STORE, option)) from None


@asynccontextmanager
async def opened(store: Store, option: str = _STORE) -> AsyncIterator[Store]:
    """The store, open; it is closed again whatever happens. Raises ``StartRefused``, which names
    the ``option``.
    """
    try:
        with naming(option):
            await store.open()
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def at_work(settings: Settings, store: Store) -> AsyncIterator[Services]:
    """The services on the store, beside whatever server runs on it; what they have begun is brought
    to its end. Raises ``StartRefused``, also for what the services refuse.
    """
    services = wire(settings, store=store)
    async with opened(store):
        try:
            yield services
        except (BadInput, NotFound, WrongState) as error:
            raise StartRefused(f"{error.message} ({shown(settings.store)})") from None
        finally:
            await services.outbox.finish()


@contextmanager
def sink(output: Path | None) -> Iterator[IO[bytes]]:
    """Where an export goes: standard output, or a file that is there whole or not at all."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}.", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(output)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
