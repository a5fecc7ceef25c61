"""A server that is killed under load, again and again, on one file.

Here: the rounds. What the clients do stands in ``clients``, what must be true of the file in
``deeds``.
"""

import asyncio
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from petcore.adapters.store_sqlite import SqliteStore
from petcore.services.desktop_pet.collections import COLLECTIONS
from tests.serving.clients import CLIENTS, Clients
from tests.serving.deeds import (
    Contents,
    Deed,
    broken,
    disagreeing,
    lost_answers,
    missing,
    read,
)
from tests.serving.process import Serving, serving, started

_FILE = "petcore.db"


@dataclass(frozen=True)
class Kill:
    """When to kill: so many answers after the load began, and so many seconds later.

    ``stillborn`` are the ages, in seconds, at which servers are killed that follow on it.
    """

    answers: int
    delay_s: float = 0.0
    stillborn: Sequence[float] = ()


@dataclass
class Tally:
    """What happened, to tell a test that tests something from one that does not.

    ``half_done`` counts documents that a kill left with something to deliver, ``lost`` deeds that
    a kill left without an answer, ``given_again`` answers that were in the file all the same.
    """

    answered: int = 0
    half_done: int = 0
    lost: int = 0
    given_again: int = 0


async def outlive(folder: Path, kills: Sequence[Kill], seed: int) -> Tally:
    """Let a server work and be killed, once for each of ``kills``, and look after each of them.

    Raises ``AssertionError`` for whatever was answered and is not there, or is half there.
    """
    game = _Game(folder, Clients(seed))
    async with asyncio.TaskGroup() as group:
        living = [group.create_task(game.clients.live()) for _ in range(CLIENTS)]
        try:
            for kill in kills:
                await game.play(kill)
            await game.end()
        finally:
            await game.clients.door.line.hang_up()
        for each in living:
            each.cancel()
    return game.tally


class _Game:
    def __init__(self, folder: Path, clients: Clients) -> None:
        self._folder = folder
        self.clients = clients
        self.tally = Tally()
        self._repeated: set[Deed] = set()

    async def play(self, kill: Kill) -> None:
        """One round: start, look, work, kill, look."""
        with serving(self._folder) as server:
            await self._look_after_start(server)
            await self._work_until_killed(server, kill)
        for age_s in kill.stillborn:
            with started(self._folder):
                await asyncio.sleep(age_s)
        await self._look_after_kill()

    async def end(self) -> None:
        """Start once more, stop as one should, and look at the file itself."""
        with serving(self._folder) as server:
            await self._look_after_start(server)
            self.clients.door.shut()
            _demand("the server stops", [] if server.stop() == 0 else [server.err])
        contents = await _read_file(self._folder / _FILE)
        self._demand_whole("the stopped server's file", contents)
        _demand("nothing is open", [deed.route for deed in self.clients.ledger.open.values()])

    async def _work_until_killed(self, server: Serving, kill: Kill) -> None:
        clients, killed, left = self.clients, asyncio.Event(), kill.answers

        def die() -> None:
            clients.door.shut()
            server.kill()
            killed.set()

        def on_answer() -> None:
            nonlocal left
            left -= 1
            self.tally.answered += 1
            if left == 0 and kill.delay_s == 0:
                die()
            elif left == 0:
                asyncio.get_running_loop().call_later(kill.delay_s, die)

        clients.on_answer = on_answer
        clients.door.busy.set()
        await killed.wait()
        await clients.come_to_rest()
        self.tally.lost += len(clients.ledger.open)

    async def _look_after_kill(self) -> None:
        """Nothing answered is missing in the file as it was left."""
        contents = await self._read_copy()
        self.tally.half_done += contents.half_done()
        _demand("the killed server's file", missing(contents, self.clients.ledger))

    async def _look_after_start(self, server: Serving) -> None:
        """The start alone has made everything whole; then what was lost is given again."""
        contents = await self._read_copy()
        self._demand_whole("the restarted server's file", contents)
        for deed, answer in lost_answers(contents, self.clients.ledger):
            deed.kept = answer
            self.tally.given_again += 1
        await self.clients.door.lead_to(server.url)
        await self.clients.all_answered()
        await self._ask_about_what_is_new()

    async def _ask_about_what_is_new(self) -> None:
        """Whatever was answered since the last time is still so for whoever asks."""
        done = self.clients.ledger.done
        new = {
            user: deeds
            for user, everything in done.items()
            if (deeds := [deed for deed in everything if deed not in self._repeated])
        }
        self._repeated.update(deed for deeds in new.values() for deed in deeds)
        _demand("over HTTP", await self.clients.doubts(new))

    async def _read_copy(self) -> Contents:
        """What is in the file now. Reading it in its place would do what a start must do."""
        with TemporaryDirectory() as folder:
            for path in self._folder.glob(f"{_FILE}*"):
                # The third file is shared memory, which is made anew.
                if not path.name.endswith("-shm"):
                    shutil.copy(path, folder)
            return await _read_file(Path(folder) / _FILE)

    def _demand_whole(self, what: str, contents: Contents) -> None:
        for complaints in (missing, broken, disagreeing):
            _demand(what, complaints(contents, self.clients.ledger))


async def _read_file(path: Path) -> Contents:
    store = SqliteStore(path, COLLECTIONS)
    await store.open()
    try:
        return await read(store)
    finally:
        await store.close()


def _demand(what: str, complaints: Iterable[str]) -> None:
    first = list(islice(complaints, 5))
    if first:
        raise AssertionError("\n".join([f"{what}:", *first]))
