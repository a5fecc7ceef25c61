"""How long the offline voice takes to speak, and how well the offline hearing understands orders.

Whoever speaks here is a synthesiser without a breath, a room or an accent: of people, less will be
understood. The second voice is of the same synthesiser, with other formants.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles
from time import perf_counter

from petcore.adapters.audio_soundfile import SoundfileAudio
from petcore.adapters.hearing_pocketsphinx import PocketsphinxHearing
from petcore.adapters.voice_espeak import USUAL_VOICE, EspeakVoice
from petcore.ports.audio import Recording
from petcore.rules.desktop_pet.understanding import GRAMMAR, PHRASES, understand
from tests.adapters.sound_noise import nobody_speaks, noisy
from tests.bench.figures import Aim, Figure, Report
from tests.bench.stalls import stalls_of

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

ORDERS_TRIED = 60
OTHERS_TRIED = 20

_VOICES = (USUAL_VOICE, "en-us")
_NOISE_DB = 20.0
_ROUNDS = 30
_LONG_S = 60.0
_AT_ONCE = 100
_SPEAKING = Aim(0.05)
_UNDERSTOOD = Aim(0.9, is_floor=True)
_MISTAKEN = Aim(0.1)
_STALL_MS = Aim(50)
_DEAF = Aim(0.0)


def speech() -> Report:
    """Text to MP3; orders and other sentences, clean and in noise, back to text."""
    return asyncio.run(_measured())


async def _measured() -> Report:
    voice, audio, hearing = EspeakVoice(), SoundfileAudio(), PocketsphinxHearing(GRAMMAR)
    studio = _Studio(voice, audio)
    try:
        figures = [await _speaking(studio), await _crowd(voice)]
        await hearing.hear(await studio.recorded(SENTENCE, USUAL_VOICE))  # now the process is there
        figures += [await _listening(studio, hearing), await _silent(hearing)]
        lines: list[str] = []
        for name in _VOICES:
            for noise_db in (None, _NOISE_DB):
                found = await _understood(studio, hearing, name, noise_db)
                figures += found.figures
                lines += found.lines
    finally:
        for each in (voice, audio, hearing):
            await each.close()
    return Report(figures, lines)


class _Studio:
    """Where sentences are spoken and recorded, each once."""

    def __init__(self, voice: EspeakVoice, audio: SoundfileAudio) -> None:
        self.voice = voice
        self._audio = audio
        self._kept: dict[tuple[str, str], Recording] = {}

    async def recorded(self, text: str, voice_id: str) -> Recording:
        """The sentence as MP3, read."""
        if (text, voice_id) not in self._kept:
            sound = await self.voice.speak(text, voice_id, "mp3")
            self._kept[text, voice_id] = await self._audio.read(sound, _LONG_S)
        return self._kept[text, voice_id]


async def _speaking(studio: _Studio) -> Figure:
    lasts_s = (await studio.recorded(SENTENCE, USUAL_VOICE)).seconds
    took = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        await studio.voice.speak(SENTENCE, None, "mp3")
        took.append((perf_counter() - began) / lasts_s)
    low, _, high = quantiles(took)
    return Figure(
        f"{len(SENTENCE)} letters to MP3 / length of the sound",
        median(took),
        f"{median(took) * lasts_s * 1_000:.1f} ms for {lasts_s:.1f} s",
        _SPEAKING,
        spread=(low, high),
    )


async def _crowd(voice: EspeakVoice) -> Figure:
    texts = [f"This is number {number}. {SENTENCE}" for number in range(_AT_ONCE)]
    speaking = asyncio.gather(*(voice.speak(text, None, "mp3") for text in texts))
    return await _stall(speaking, f"speaking {_AT_ONCE} sentences at once")


async def _listening(studio: _Studio, hearing: PocketsphinxHearing) -> Figure:
    """To the longest of orders."""
    recording = await studio.recorded(max(PHRASES, key=len), USUAL_VOICE)
    return await _stall(hearing.hear(recording), "listening")


async def _stall(doing: Awaitable[object], what: str) -> Figure:
    """How long the event loop was away meanwhile."""
    began = perf_counter()
    stalls = await stalls_of(doing)
    return Figure(
        f"longest stall of the event loop while {what}",
        max(stalls),
        f"of {len(stalls):,} turns in {perf_counter() - began:.2f} s",
        _STALL_MS,
        unit="ms",
    )


async def _silent(hearing: PocketsphinxHearing) -> Figure:
    """What is heard where nobody speaks."""
    heard = {name: await hearing.hear(recording) for name, recording in nobody_speaks().items()}
    words = [f"{name} {said!r}" for name, said in heard.items() if said]
    return Figure(
        "words heard in tones and noise",
        len(words) / len(heard),
        f"{len(words)} of {len(heard)} {', '.join(words)}".strip(),
        _DEAF,
        unit="of all",
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

    @property
    def is_obeyed(self) -> bool:
        """Whether the pet would act on it."""
        intent = understand(self.heard)
        return intent is not None and intent.acts


async def _understood(
    studio: _Studio, hearing: PocketsphinxHearing, voice: str, noise_db: float | None
) -> Report:
    async def tried(text: str) -> _Trial:
        recording = await studio.recorded(text, voice)
        if noise_db is not None:
            recording = noisy(recording, noise_db)
        began = perf_counter()
        heard = await hearing.hear(recording)
        return _Trial(text, heard, (perf_counter() - began) / recording.seconds)

    orders = [await tried(text) for text in _spread(list(PHRASES), ORDERS_TRIED)]
    others = [await tried(text) for text in _spread(OUTSIDE, OTHERS_TRIED)]
    what = f"{voice}, {'clean' if noise_db is None else f'noise {noise_db:g} dB below'}"
    exact = sum(trial.said == trial.heard for trial in orders)
    right = [trial.is_understood for trial in orders]
    wrong = [trial.is_obeyed for trial in others]
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
        [
            *(
                f"{what}: {each.said!r} -> {each.heard!r}"
                for each in orders
                if not each.is_understood
            ),
            *(f"{what}: {each.said!r} -> {each.heard!r}" for each in others if each.is_obeyed),
        ],
    )


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """So many of them, from all over."""
    count = min(count, len(texts))
    return [texts[at * len(texts) // count] for at in range(count)]
