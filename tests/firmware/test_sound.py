"""A microphone and an amplifier on models of the chip's buses; and a board that has both."""

import struct
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from firmware.hal.boots import Boots
from firmware.hal.settings import Settings
from firmware.logic import talk
from tests.firmware.board.whole import (
    AMPLIFIER,
    FIRST_BUTTON,
    MICROPHONE,
    SETTINGS,
    TALK_BUTTON,
    Memory,
    WholeBoard,
    esp32,
    machine,
    network,
    sound,
)
from tests.firmware.talk_outcomes import HONEST
from tests.firmware.talk_server import STREAM, TalkServer
from tests.firmware.talk_sounds import SECOND_SPOKEN, spoken

HOME = {"home": "password"}
HEADERS = {"Idempotency-Key": "pet-1-00000007-1"}


@pytest.fixture
def bench() -> machine.Bench:
    """A bench with nothing to hear yet."""
    return machine.lay_out(machine.Bench())


@pytest.fixture
def microphone(bench: machine.Bench) -> Iterator[sound.Sound]:
    """One that hears."""
    bus = sound.Sound(0, 14, 13, 27)
    assert bus.start()
    yield bus
    bus.stop()
    assert bench.buses == {}


@pytest.fixture
def amplifier(bench: machine.Bench) -> Iterator[sound.Sound]:
    """One that speaks."""
    bus = sound.Sound(1, 18, 19, 23)
    assert bus.start()
    yield bus
    bus.stop()
    assert bench.buses == {}


def slots(*samples: int) -> bytes:
    """What a microphone of 24 bits gives, in slots of 32."""
    return b"".join(struct.pack("<i", sample << 8) for sample in samples)


def test_a_microphone_is_what_the_server_expects(
    bench: machine.Bench, microphone: sound.Sound
) -> None:
    """Its bus, as the chip is told."""
    rx, mono = machine.I2S.RX, machine.I2S.MONO
    assert bench.buses[0].told == (rx, 16, mono, sound.HEARD_HZ, sound.HEARD_BYTES)


def test_an_amplifier_is_what_the_server_sends(
    bench: machine.Bench, amplifier: sound.Sound
) -> None:
    """Its bus, as the chip is told."""
    tx, mono = machine.I2S.TX, machine.I2S.MONO
    assert bench.buses[1].told == (tx, 16, mono, sound.SPOKEN_HZ, sound.SPOKEN_BYTES)


def test_samples_of_24_bits_become_16_and_louder(
    bench: machine.Bench, microphone: sound.Sound
) -> None:
    """Of both signs; a quiet one is not lost."""
    samples = (0, 0x100, -0x100, 0x0123 << 8, -(0x0123 << 8), 0x0FFF << 8)
    bench.to_hear = slots(*samples)
    buffer = bytearray(32)
    assert microphone.read(memoryview(buffer)) == 2 * len(samples)
    heard = struct.unpack("<6h", buffer[:12])
    assert heard == tuple((sample >> 8) << sound.LOUDER_BITS for sample in samples)
    assert microphone.read(memoryview(buffer)) == 0


def heard_by(bench: machine.Bench, microphone: sound.Sound, *samples: int) -> tuple[int, ...]:
    """What it makes of samples of 16 bits, all of them in one read."""
    bench.to_hear = slots(*[sample << 8 for sample in samples])
    buffer = bytearray(2 * len(samples))
    assert microphone.read(memoryview(buffer)) == len(buffer)
    return struct.unpack(f"<{len(samples)}h", buffer)


@pytest.mark.parametrize(
    ("loudest", "bits"),
    [(2_047, 3), (-2_048, 3), (2_048, 2), (-2_049, 2), (4_096, 1), (8_192, 0), (-32_768, 0)],
)
def test_a_loud_voice_does_not_wrap(
    bench: machine.Bench, microphone: sound.Sound, loudest: int, bits: int
) -> None:
    """What it has to spare less is made of all that is read at once; of both signs."""
    samples = (*[100] * 24, loudest, *[-100] * 24)
    heard = heard_by(bench, microphone, *samples)
    assert heard == tuple(sample << bits for sample in samples)


def test_who_was_loud_is_softer_for_a_while(bench: machine.Bench, microphone: sound.Sound) -> None:
    """Then louder again, bit by bit, unless he goes on being loud."""

    def bits(sample: int, reads: int) -> list[int]:
        heard = [heard_by(bench, microphone, sample)[0] // sample for _ in range(reads)]
        return [louder.bit_length() - 1 for louder in heard]

    calm = sound.CALM_READS - 1
    assert bits(9_000, 2) == [0, 0]
    assert bits(100, calm + 3) == [*[0] * calm, 1, 1, 1]
    assert bits(5_000, 2) == [1, 1]
    assert bits(100, 2 * calm + 4) == [*[1] * calm, *[2] * (calm + 1), 3, 3, 3]
    assert bits(2_000, 3) == [3, 3, 3]


def test_no_more_is_heard_than_there_is_room_for(
    bench: machine.Bench, microphone: sound.Sound
) -> None:
    """The rest waits."""
    bench.to_hear = slots(*range(256, 256 * 6, 256))
    buffer = bytearray(4)
    assert [microphone.read(memoryview(buffer)) for _ in range(4)] == [4, 4, 2, 0]


def test_an_amplifier_takes_what_it_has_room_for(
    bench: machine.Bench, amplifier: sound.Sound
) -> None:
    """And no more, without waiting."""
    bench.spoken_room = 6
    samples = memoryview(bytearray(range(8)))
    assert (amplifier.write(samples), amplifier.write(samples[6:])) == (6, 0)
    bench.spoken_room = -1
    assert amplifier.write(samples[6:]) == 2
    assert bench.spoken == bytes(range(8))


def test_who_is_not_on_hears_and_speaks_nothing(bench: machine.Bench) -> None:
    """Nor does it matter who stops it once more."""
    bus = sound.Sound(0, 14, 13, 27)
    bus.stop()
    assert bus.read(memoryview(bytearray(4))) == bus.write(memoryview(bytearray(4))) == 0
    for _ in range(3):
        assert bus.start()
        bus.stop()
        bus.stop()
    assert bench.buses == {}


def test_a_chip_without_memory_says_so(bench: machine.Bench) -> None:
    """And may have some the next time."""
    bus = sound.Sound(0, 14, 13, 27)
    bench.is_short = True
    assert not bus.start()
    bench.is_short = False
    assert bus.start()
    bus.stop()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TalkServer]:
    """An honest server."""
    server = TalkServer()
    await server.listen()
    yield server
    await server.close()
    assert server.complaints == []


class Held:
    """A talker who holds the button until everything on the bench has been heard."""

    def __init__(self, bench: machine.Bench) -> None:
        """Told nothing yet."""
        self.bench = bench
        self.told: list[str] = []

    def is_listening(self) -> bool:
        """Whether there is more."""
        return bool(self.bench.to_hear)

    def goes_on(self) -> bool:
        """Always."""
        return True

    def take(self, event: str, _said: object) -> None:
        """Remember it."""
        self.told.append(event)


@pytest.mark.asyncio
async def test_a_board_talks_with_a_server(server: TalkServer, bench: machine.Bench) -> None:
    """From the microphone's slots to the amplifier's samples, by what ships."""
    air = network.lay_out(network.Air(HOME))
    pins = {"pins": {**MICROPHONE, **AMPLIFIER}}
    settings = Settings({**SETTINGS, **pins, "server": f"http://127.0.0.1:{server.port}"})
    board = esp32.Esp32Board(settings, Memory(), Boots(Memory(), str))
    bench.to_hear = slots(*[sample << 8 for sample in range(-900, 900)])
    with pytest.raises(OSError, match="no wifi"):
        await board.talk(STREAM, {"user_id": "audrey"}, HEADERS, Held(bench))
    board.wifi.wlan.active(True)
    board.wifi.wlan.connect("home", "password")
    while not air.look():
        pass
    held = Held(bench)
    assert await board.talk(STREAM, {"user_id": "audrey"}, HEADERS, held) == (200, None)
    assert server.sounds == [struct.pack("<1800h", *range(-900 * 8, 900 * 8, 8))]
    assert held.told == HONEST
    length = SECOND_SPOKEN // 2
    pieces = [spoken(at, min(1_000, length - at)) for at in range(0, length, 1_000)]
    assert bench.spoken == b"".join(pieces)
    assert bench.buses == {}


@pytest.fixture
def talking_board(bench: machine.Bench) -> Iterator[WholeBoard]:
    """A whole board with ears and a voice, in virtual time, out of reach of its Wi-Fi."""
    board = WholeBoard(bench, network.Air({}), Memory(), None, {**MICROPHONE, **AMPLIFIER})
    yield board
    board.kernel.close()


def test_the_button_to_talk_by_is_felt(talking_board: WholeBoard) -> None:
    """For as long as it is held; and somebody without Wi-Fi is told why he is not heard."""
    board = talking_board
    assert (board.can_talk(), board.can_speak()) == (True, True)
    board.live(2_000)
    board.bench.set_level(TALK_BUTTON, 0)
    board.live(100)
    assert board.is_talk_held()
    board.live(900)
    board.bench.set_level(TALK_BUTTON, 1)
    board.live(100)
    assert not board.is_talk_held()
    assert board.display.scene is not None
    assert board.display.scene[:3] == ("MESSAGE", "", talk.UNREACHABLE)
    board.press(FIRST_BUTTON, 100)
    assert board.screen() == "IDLE"
    assert board.is_seen()


def test_a_board_that_only_hears_cannot_speak(bench: machine.Bench) -> None:
    """And one without either has nothing of it."""
    for pins, can in (({}, (False, False)), (MICROPHONE, (True, False))):
        board = WholeBoard(bench, network.Air({}), Memory(), None, {**pins})
        assert (board.can_talk(), board.can_speak()) == can
        assert (board.talking is None) is not can[0]
        assert not board.is_talk_held()
        board.kernel.close()
