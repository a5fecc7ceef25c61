"""Runs in the MicroPython VM: so many things said to a server, one after the other.

    micropython tests/firmware/proof/talking.py PORT COUNT TENTHS HEAR_MS LOOKS

``TENTHS`` of a second are said each time, and after so many looks the talker has enough. It tells
what each came to, as JSON: status and object, or the reason why there are none; what the talker was
told; bytes and checksum of what was spoken.
"""

import asyncio
import json
import sys

from firmware.hal import talking
from firmware.hal.talking import Talking
from tests.firmware.talk_sounds import SECOND_HEARD, Amplifier, Microphone, Talker

PATH = "/api/chat/stream"
WISH = {"user_id": "audrey", "include_audio": True, "audio_format": "wav"}


async def talk(port: int, count: int, tenths: int, hear_ms: int, looks: int) -> None:
    """Say something, again and again."""
    talking.HEAR_MS = hear_ms
    microphone, amplifier = Microphone(SECOND_HEARD // 10 * tenths), Amplifier()
    voice = Talking("127.0.0.1", port, microphone, amplifier)
    for number in range(count):
        talker = Talker(microphone)
        talker.looks_left = looks
        amplifier.spoken = amplifier.checksum = amplifier.asked = 0
        headers = {"Idempotency-Key": f"pet-1-00000007-{number}"}
        try:
            outcome: object = await voice.talk(PATH, WISH, headers, talker)
        except OSError as failure:
            outcome = failure.args[1]
        assert not microphone.is_on
        assert not amplifier.is_on
        said = [outcome, talker.told, amplifier.spoken, amplifier.checksum]
        print(json.dumps(said))  # noqa: T201  it is asked to


if __name__ == "__main__":
    asyncio.run(talk(*[int(word) for word in sys.argv[1:]]))
