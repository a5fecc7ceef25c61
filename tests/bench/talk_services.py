"""The stand-in of a service, in a process of its own, for ``tests.bench.talk``.

``python -m tests.bench.talk_services gemini|elevenlabs DELAY_S PAUSE_S`` prints where it is. Gemini
begins its answer after the delay, and makes a pause before each part; ElevenLabs speaks after the
delay.
"""

import asyncio
import sys
from dataclasses import replace

from simulator.standins.elevenlabs import ElevenLabs
from simulator.standins.gemini import Asked, Gemini
from simulator.standins.server import Answerer, Received, Reply, StandIn

PARTS = (
    "Absolutely, I would love to help. ",
    "Start with one clear goal ",
    "and silence what distracts you. ",
    "Then work in one focused block, ",
    "and I will tell you when it is time for a break.",
)
"""An answer of three sentences, as a model sends it."""


async def _serve(answer: Answerer) -> None:
    async with StandIn(answer) as stand_in:
        print(stand_in.url, flush=True)  # noqa: T201 -- whoever started it waits for this line
        await asyncio.Event().wait()


def _gemini(delay_s: float, pause_s: float) -> Answerer:
    def late(_: Asked, reply: Reply) -> Reply:
        return replace(reply, delay_s=delay_s, pause_s=pause_s)

    return Gemini(lambda _: PARTS, late)


def _elevenlabs(delay_s: float) -> Answerer:
    service = ElevenLabs()

    def late(received: Received) -> Reply:
        return replace(service(received), delay_s=delay_s)

    return late


if __name__ == "__main__":
    _name, _delay, _pause = sys.argv[1:]
    _answer = (
        _gemini(float(_delay), float(_pause)) if _name == "gemini" else _elevenlabs(float(_delay))
    )
    asyncio.run(_serve(_answer))
