"""A server, its database, or both, killed under load, again and again, in one place.

Here: the rounds. What the clients do stands in ``clients``, what must be true of the place in
``deeds``.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from tests.serving.clients import CLIENTS, Clients
from tests.serving.deeds import Contents, Deed, broken, disagreeing, lost_answers, missing
from tests.serving.line import Refused
from tests.serving.places import Place, kill
from tests.serving.process import DEADLINE_S, Serving

Victim = Literal["server", "database"]


@dataclass(frozen=True)
class Kill:
    """When to kill: so many answers after the load began, and so many seconds later. Whom: the
    ``victims``, in this order.

    ``stillborn`` are the ages, in seconds, at which servers are killed that follow on it.
    """

    answers: int
    delay_s: float = 0.0
    stillborn: Sequence[float] = ()
    victims: Sequence[Victim] = ("server",)


@dataclass
class Tally:
    """What happened, to tell a test that tests something from one that does not.

    ``half_done`` counts documents that a kill left with something to deliver, ``lost`` deeds that
    a kill left without an answer, ``given_again`` answers that were in the place all the same,
    ``refused`` answers that told a client to come again.
    """

    answered: int = 0
    half_done: int = 0
    lost: int = 0
    given_again: int = 0
    refused: int = 0


async def outlive(place: Place, kills: Sequence[Kill], seed: int) -> Tally:
    """Let a server work until somebody is killed, once for each of ``kills``, and look after it.

    Raises ``AssertionError`` for whatever was answered and is not there, or is half there.
    """
    game = _Game(place, Clients(seed))
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
    def __init__(self, place: Place, clients: Clients) -> None:
        self._place = place
        self.clients = clients
        self.tally = Tally()
        self._repeated: set[Deed] = set()

    async def play(self, round: Kill) -> None:
        """One round: start, look, work, kill, look."""
        with self._place.serving() as server:
            await self._look_after_start(server)
            await self._work_until_killed(server, round)
            if "server" not in round.victims:
                await self._look_after_outage(server)
        for age_s in round.stillborn:
            with self._place.started() as unborn:
                await asyncio.sleep(age_s)
                kill(unborn)
        await self._look_after_kill()
        self._count_refusals(round)

    async def end(self) -> None:
        """Start once more, stop as one should, and look at what is left."""
        with self._place.serving() as server:
            await self._look_after_start(server)
            self.clients.door.shut()
            _demand("the server stops", [] if server.stop() == 0 else [server.err])
        self._demand_whole("the stopped server's place", await self._place.contents())
        _demand("nothing is open", [deed.route for deed in self.clients.ledger.open.values()])

    def _count_refusals(self, round: Kill) -> None:
        """There are none but for want of a database."""
        refused, self.clients.refused = self.clients.refused, 0
        self.tally.refused += refused
        if "database" not in round.victims and refused:
            raise AssertionError(f"{refused} requests were refused with the database at hand")

    async def _work_until_killed(self, server: Serving, round: Kill) -> None:
        clients, killed, left = self.clients, asyncio.Event(), round.answers

        def die() -> None:
            clients.door.shut()
            for victim in round.victims:
                if victim == "server":
                    kill(server)
                else:
                    self._place.kill_database()
            killed.set()

        def on_answer() -> None:
            nonlocal left
            left -= 1
            self.tally.answered += 1
            if left == 0 and round.delay_s == 0:
                die()
            elif left == 0:
                asyncio.get_running_loop().call_later(round.delay_s, die)

        clients.on_answer = on_answer
        clients.door.busy.set()
        await killed.wait()
        await clients.come_to_rest()
        self.tally.lost += len(clients.ledger.open)
        if set(round.victims) == {"server", "database"}:
            self._place.start_database()

    async def _look_after_outage(self, server: Serving) -> None:
        """Without its database the server lives and says so; with it, it goes on by itself."""
        line = self.clients.door.line
        assert await line.get("/healthz") == {"ok": True}
        await self._demand_unready(server)
        self._place.start_database()
        await self._until_ready()
        await self._look_after_kill()
        await self._repeat_what_is_open(await self._place.contents())
        _demand("it has not been restarted", [] if server.process.poll() is None else [server.err])

    async def _demand_unready(self, server: Serving) -> None:
        try:
            await self.clients.door.line.get("/readyz")
        except Refused as refusal:
            _demand("it says so", [] if "its store" in str(refusal) else [str(refusal)])
            _demand("its log says why", [] if "mongodb://" in server.err else [server.err])
        else:
            raise AssertionError("ready without a database")

    async def _until_ready(self) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                with suppress(Refused):
                    await self.clients.door.line.get("/readyz")
                    return

    async def _look_after_kill(self) -> None:
        """Nothing answered is missing in the place as it was left."""
        contents = await self._place.contents()
        self.tally.half_done += contents.half_done()
        _demand("the killed server's place", missing(contents, self.clients.ledger))

    async def _look_after_start(self, server: Serving) -> None:
        """The start alone has made everything whole; then what was lost is given again."""
        contents = await self._place.contents()
        self._demand_whole("the restarted server's place", contents)
        await self.clients.door.lead_to(server.url)
        await self._repeat_what_is_open(contents)

    async def _repeat_what_is_open(self, contents: Contents) -> None:
        """Answers that are in the place are given again, and what was given before is still so."""
        for deed, answer in lost_answers(contents, self.clients.ledger):
            deed.kept = answer
            self.tally.given_again += 1
        self.clients.door.alive.set()
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

    def _demand_whole(self, what: str, contents: Contents) -> None:
        for complaints in (missing, broken, disagreeing):
            _demand(what, complaints(contents, self.clients.ledger))


def _demand(what: str, complaints: Iterable[str]) -> None:
    first = list(islice(complaints, 5))
    if first:
        raise AssertionError("\n".join([f"{what}:", *first]))
