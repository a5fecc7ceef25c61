"""How long the offline voice takes to speak, and how well the offline hearing understands orders.

Whoever speaks here is a synthesiser without a breath, a room or an accent: of people, less will be
understood. The second voice is of the same synthesiser, with other formants.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean, median, quantiles
from time import perf_counter

import numpy as np

from petcore.adapters.audio_soundfile import SoundfileAudio
from petcore.adapters.hearing_pocketsphinx import PocketsphinxHearing
from petcore.adapters.voice_espeak import USUAL_VOICE, EspeakVoice
from petcore.ports.audio import Recording
from petcore.rules.desktop_pet.understanding import GRAMMAR, PHRASES, understand
from tests.bench.figures import Aim, Figure, Report

SENTENCE = "It is time for a break, you have been working for so long."
OUTSIDE = (
    "the weather is nice today",
    "my sister bought a new car yesterday",
    "i would like a cup of coffee",
    "the train leaves at seven in the evening",
    "can you tell me a story about dragons",
    "what time does the library close",
    "we went to the mountains last summer",
    "my favorite color is blue",
    "the professor gave us a lot of homework",
    "do you think it will rain tomorrow",
    "she plays the violin very well",
    "i forgot my keys in the kitchen",
    "the cat is sleeping on the sofa",
    "please call my mother this afternoon",
    "how far is the moon from the earth",
    "our neighbors are very loud at night",
    "it takes two hours to cook this dinner",
    "start the car and drive me home",
    "stop talking about your brother",
    "remind me to call the doctor on monday",
    "turn off the light in the bedroom",
    "i have a headache",
    "this book is really interesting",
    "where did you put my phone",
    "let us go to the cinema",
    "he wants to become a famous musician",
    "good food makes people happy",
    "tell me a joke",
    "my computer is broken again",
    "one plus one is two",
)
"""Nothing that a pet without a language model understands, some of it nearly."""

_VOICES = (USUAL_VOICE, "en-us")
_NOISE_DB = 20.0
_ROUNDS = 30
_LONG_S = 60.0
_TICK_S = 0.001
_SPEAKING = Aim(0.05)
_UNDERSTOOD = Aim(0.9, is_floor=True)
_MISTAKEN = Aim(0.1)
_STALL_MS = Aim(50)


def speech() -> Report:
    """Text to MP3; orders and other sentences, clean and in noise, back to text."""
    return asyncio.run(_measured())


async def _measured() -> Report:
    figures = [await _speaking()]
    lines: list[str] = []
    hearing = PocketsphinxHearing(GRAMMAR)
    try:
        await hearing.hear(await _recorded(SENTENCE, USUAL_VOICE))  # now the process is there
        figures.append(await _stall(hearing))
        for voice in _VOICES:
            for noise_db in (None, _NOISE_DB):
                found = await _understood(hearing, voice, noise_db)
                figures += found.figures
                lines += found.lines
    finally:
        await hearing.close()
    return Report(figures, lines)


async def _speaking() -> Figure:
    voice, took = EspeakVoice(), []
    lasts_s = (await _recorded(SENTENCE, USUAL_VOICE)).seconds
    for _ in range(_ROUNDS):
        began = perf_counter()
        await voice.speak(SENTENCE, None, "mp3")
        took.append((perf_counter() - began) / lasts_s)
    low, _, high = quantiles(took)
    return Figure(
        f"{len(SENTENCE)} letters to MP3 / length of the sound",
        median(took),
        f"{median(took) * lasts_s * 1_000:.1f} ms for {lasts_s:.1f} s",
        _SPEAKING,
        spread=(low, high),
    )


async def _stall(hearing: PocketsphinxHearing) -> Figure:
    """How long the event loop was away while it was listened to the longest of orders."""
    recording = await _recorded(max(PHRASES, key=len), USUAL_VOICE)
    listening = asyncio.create_task(hearing.hear(recording))
    gaps, before = [0.0], perf_counter()
    while not listening.done():
        await asyncio.sleep(_TICK_S)
        before, gap = perf_counter(), perf_counter() - before
        gaps.append(gap)
    return Figure(
        "longest stall of the event loop while listening",
        max(gaps) * 1_000,
        f"of {len(gaps):,} turns",
        _STALL_MS,
        unit="ms",
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """One sentence: what was said, what was heard, and how long that took per second of sound."""

    said: str
    heard: str
    pace: float

    @property
    def is_understood(self) -> bool:
        return understand(self.heard) == PHRASES.get(self.said)


async def _understood(hearing: PocketsphinxHearing, voice: str, noise_db: float | None) -> Report:
    orders = [await _trial(hearing, text, voice, noise_db) for text in PHRASES]
    others = [await _trial(hearing, text, voice, noise_db) for text in OUTSIDE]
    what = f"{voice}, {'clean' if noise_db is None else f'noise {noise_db:g} dB below'}"
    exact = sum(trial.said == trial.heard for trial in orders)
    right = [trial.is_understood for trial in orders]
    wrong = [not trial.is_understood for trial in others]
    pace = f"{mean(trial.pace for trial in orders):.2f} of its length each"
    told = f"{sum(right)} of {len(orders)}, {exact} to the word, {pace}"
    aim = _UNDERSTOOD if voice == USUAL_VOICE else None
    return Report(
        [
            Figure(f"orders understood: {what}", mean(right), told, aim, unit="of all"),
            Figure(
                f"taken for an order: {what}",
                mean(wrong),
                f"{sum(wrong)} of {len(others)}, which took "
                f"{mean(trial.pace for trial in others):.2f} of their length",
                _MISTAKEN,
                unit="of all",
            ),
        ],
        [f"{what}: {trial.said!r} -> {trial.heard!r}" for trial in _missed(orders, others)],
    )


def _missed(orders: Sequence[_Trial], others: Sequence[_Trial]) -> list[_Trial]:
    return [trial for trial in (*orders, *others) if not trial.is_understood]


async def _trial(
    hearing: PocketsphinxHearing, text: str, voice: str, noise_db: float | None
) -> _Trial:
    recording = await _recorded(text, voice)
    if noise_db is not None:
        recording = _noisy(recording, noise_db)
    began = perf_counter()
    heard = await hearing.hear(recording)
    return _Trial(text, heard, (perf_counter() - began) / recording.seconds)


async def _recorded(text: str, voice: str) -> Recording:
    sound = await EspeakVoice().speak(text, voice, "mp3")
    return await SoundfileAudio().read(sound, _LONG_S)


def _noisy(recording: Recording, noise_db: float) -> Recording:
    """The same with white noise, so far below its mean level."""
    sound = np.frombuffer(recording.samples, "<i2").astype(np.float64)
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-noise_db / 20)
    noise = np.random.default_rng(1).normal(0, level, len(sound))
    mixed = (sound + noise).round().clip(-32_768, 32_767)
    return replace(recording, samples=mixed.astype("<i2").tobytes())
