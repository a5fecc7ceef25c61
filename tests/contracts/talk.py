"""How the server of a gate talks: by twins, so that it is quick and says the same every time.

Nothing here reaches a service or an engine of speech. What is heard is what ``spoken`` says.
"""

from base64 import b64encode
from struct import pack

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.clock_system import pause
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_offline import OfflineLanguage
from petcore.adapters.voice_scripted import ScriptedVoice, samples_of
from petcore.ports.audio import HEARD_RATE
from petcore.ports.faculties import Faculties
from petcore.ports.language import Language
from petcore.rules.desktop_pet import understanding, wording


def twins(language: Language | None = None) -> Faculties:
    """Faculties that take no time; the language is the offline one unless it is given."""
    return Faculties(
        language=language or OfflineLanguage(understanding.understand, wording.reply),
        voice=ScriptedVoice(_at_once, pause),
        hearing=ScriptedHearing(_at_once, pause),
        audio=WaveAudio(),
    )


def spoken(text: str) -> str:
    """A recording of somebody who says ``text``, as a WAV in base64."""
    return b64encode(wav(samples_of(text.encode()))).decode()


def wav(samples: bytes, rate: int = HEARD_RATE) -> bytes:
    """A WAV of one channel of 16 bits."""
    form = pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    chunks = b"fmt " + pack("<I", len(form)) + form + b"data" + pack("<I", len(samples)) + samples
    return b"RIFF" + pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _at_once(text: str) -> float:
    return 0
