"""Loads of many users on HTTP servers, from a process of its own.

``python -m tests.bench.traffic ROUNDS LOADS`` takes turns between the loads, a JSON list of the
fields of each ``Load``, and prints what they came to. Some of the requests may be writes: the
acknowledgement of a reminder. ``turns`` runs it.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from itertools import count
from statistics import quantiles
from time import perf_counter

from tests.bench.client import WARM_UP_S, Tally, connected
from tests.bench.filling import POLL_PATH, user
from tests.bench.rounds import Rounds, run

_STRIDE = 7_919  # a prime, so that the users come from all over the store
_HEAD = "{} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n{}"


@dataclass(frozen=True, slots=True)
class Load:
    """Asks ``port`` for ``seconds`` and until it gave ``answers``.

    Polls of ``users`` users; every one in ``acks_every`` requests is a write instead, 0 for none.
    ``token`` is sent with each, if there is one.
    """

    port: int
    users: int
    acks_every: int = 0
    seconds: float = 1.0
    answers: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class Turns:
    """Answers a second, and the milliseconds in which half and 99 in 100 of them came."""

    rate: Rounds
    p50: Rounds
    p99: Rounds


def turns(loads: Mapping[str, Load], rounds: int) -> Turns:
    """Take turns between ``loads``."""
    wanted = json.dumps([astuple(load) for load in loads.values()])
    out = subprocess.run(
        [sys.executable, "-m", "tests.bench.traffic", str(rounds), wanted],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    told = [json.loads(line) for line in out.splitlines()]
    columns = dict(zip(loads, zip(*told, strict=True), strict=True))
    rate, p50, p99 = (
        Rounds({name: [turn[part] for turn in column] for name, column in columns.items()})
        for part in range(3)
    )
    return Turns(rate, p50, p99)


async def main(rounds: int, loads: list[Load]) -> None:
    """Take turns, backwards in every other round."""
    order = list(loads)
    for _ in range(rounds):
        came = {load: await _ask(load) for load in order}
        print(json.dumps([came[load] for load in loads]), flush=True)  # noqa: T201
        order.reverse()


async def _ask(load: Load) -> tuple[float, float, float]:
    tally = Tally()
    made = await connected(load.port, _requests(load), tally)
    await asyncio.sleep(WARM_UP_S)
    before, began = tally.answers, perf_counter()
    await asyncio.sleep(load.seconds)
    while tally.answers < load.answers:  # noqa: ASYNC110  an event would cost each answer
        await asyncio.sleep(0.01)
    took, all_took = perf_counter() - began, tally.took[before:]
    for connection in made:
        connection.close()
    if tally.strange or len(all_took) < 2:
        raise SystemExit(f"{load}: {tally.strange} of {tally.answers} answers were not 200")
    percentiles = quantiles(all_took, n=100, method="inclusive")
    return len(all_took) / took, percentiles[49] * 1000, percentiles[98] * 1000


def _requests(load: Load) -> Iterator[bytes]:
    token = f"Authorization: Bearer {load.token}\r\n" if load.token else ""
    for number in count(1):
        name = user(number * _STRIDE % load.users)
        if load.acks_every and number % load.acks_every == 0:
            yield _acknowledgement(name, token)
        else:
            yield _HEAD.format(f"GET {POLL_PATH}?user_id={name}", token, "").encode()


def _acknowledgement(name: str, token: str) -> bytes:
    body = json.dumps({"user_id": name})
    headers = f"{token}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return _HEAD.format("POST /api/water/ack", headers, body).encode()


if __name__ == "__main__":
    run(main(int(sys.argv[1]), [Load(*fields) for fields in json.loads(sys.argv[2])]))
