"""How the server of a gate talks: by twins, so that it is quick and says the same every time.

Nothing here reaches a service or an engine of speech. What is heard is what ``spoken`` says.
"""

from base64 import b64encode

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.clock_system import pause
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_offline import OfflineLanguage
from petcore.adapters.voice_scripted import ScriptedVoice, samples_of
from petcore.ports.faculties import Faculties
from petcore.ports.language import Language
from petcore.rules.desktop_pet import understanding, wording
from tests.wav import wav


def twins(language: Language | None = None) -> Faculties:
    """Faculties that take no time; the language is the offline one unless it is given."""
    return Faculties(
        language=language or OfflineLanguage(understanding.meant, wording.reply),
        voice=ScriptedVoice(_at_once, pause),
        hearing=ScriptedHearing(_at_once, pause),
        audio=WaveAudio(),
        pause=pause,
    )


def spoken(text: str) -> str:
    """A recording of somebody who says ``text``, as a WAV in base64."""
    return b64encode(wav(samples_of(text.encode()))).decode()


def _at_once(text: str) -> float:
    return 0
