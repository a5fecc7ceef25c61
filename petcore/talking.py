"""Which language, voice and hearing a server talks by: part of the composition root.

The SDKs of services and the libraries of sound take long to import, so each is imported by whoever
is set up to use it. Importing this does nothing.
"""

import asyncio
from importlib.util import find_spec

from petcore.adapters.absent import AbsentHearing, AbsentVoice
from petcore.adapters.clock_system import pause
from petcore.errors import StartRefused
from petcore.ports.audio import Audio
from petcore.ports.faculties import Faculties
from petcore.ports.hearing import Hearing
from petcore.ports.language import Language
from petcore.ports.voice import Voice
from petcore.settings import Settings

_BY_KEY = "by_key"
_NO_VOICE = "this machine has no offline voice: espeakng-loader or lameenc is not installed"
_NO_HEARING = "this machine has no offline hearing: pocketsphinx or soxr is not installed"


def create_faculties(settings: Settings) -> Faculties:
    """What the settings say; by default the services whose keys are set, and what needs no key for
    the rest, if this machine has it. Raises ``StartRefused`` for what is asked for by name and has
    no key, or is not installed.
    """
    return Faculties(
        language=_language(settings),
        voice=_voice(settings),
        hearing=_hearing(settings),
        audio=_audio(),
        pause=pause,
    )


def _language(settings: Settings) -> Language:
    key = settings.gemini_api_key.get_secret_value()
    if _is_asked(settings.language, "gemini", key, "PETCORE_LANGUAGE", "PETCORE_GEMINI_API_KEY"):
        from petcore.adapters.language_gemini import GeminiLanguage  # noqa: PLC0415

        return GeminiLanguage(key, settings.gemini_model, settings.gemini_url, pause)
    from petcore.adapters.language_offline import OfflineLanguage  # noqa: PLC0415
    from petcore.rules.desktop_pet import understanding, wording  # noqa: PLC0415

    return OfflineLanguage(understanding.meant, wording.reply)


def _voice(settings: Settings) -> Voice:
    key = settings.elevenlabs_api_key.get_secret_value()
    if _is_asked(settings.voice, "elevenlabs", key, "PETCORE_VOICE", "PETCORE_ELEVENLABS_API_KEY"):
        from petcore.adapters.voice_elevenlabs import ElevenLabsVoice  # noqa: PLC0415

        return ElevenLabsVoice(
            key,
            settings.elevenlabs_voice_id,
            settings.elevenlabs_model,
            settings.elevenlabs_url,
            pause,
        )
    if not are_here("espeakng_loader", "lameenc"):
        _require_unnamed(settings.voice, "PETCORE_VOICE", _NO_VOICE)
        return AbsentVoice(_NO_VOICE)
    from petcore.adapters.voice_espeak import EspeakVoice  # noqa: PLC0415

    return EspeakVoice()


def _hearing(settings: Settings) -> Hearing:
    key = settings.elevenlabs_api_key.get_secret_value()
    if _is_asked(
        settings.hearing, "elevenlabs", key, "PETCORE_HEARING", "PETCORE_ELEVENLABS_API_KEY"
    ):
        from petcore.adapters.hearing_elevenlabs import ElevenLabsHearing  # noqa: PLC0415

        return ElevenLabsHearing(
            key, settings.elevenlabs_hearing_model, settings.elevenlabs_url, pause
        )
    if not are_here("pocketsphinx", "soxr"):
        _require_unnamed(settings.hearing, "PETCORE_HEARING", _NO_HEARING)
        return AbsentHearing(_NO_HEARING)
    from petcore.adapters.hearing_pocketsphinx import PocketsphinxHearing  # noqa: PLC0415
    from petcore.rules.desktop_pet import understanding  # noqa: PLC0415

    return PocketsphinxHearing(understanding.GRAMMAR)


def _audio() -> Audio:
    if are_here("soundfile", "soxr"):
        from petcore.adapters.audio_soundfile import SoundfileAudio  # noqa: PLC0415

        return SoundfileAudio()
    from petcore.adapters.audio_wave import WaveAudio  # noqa: PLC0415

    return WaveAudio(asyncio.to_thread)


def _is_asked(setting: str, service: str, key: str, asked_by: str, key_by: str) -> bool:
    """Whether the service with ``key`` is to be used."""
    if setting == service and not key:
        raise StartRefused(f"{asked_by}: {service} needs a key; set {key_by}")
    return setting == service or (setting == _BY_KEY and bool(key))


def _require_unnamed(setting: str, asked_by: str, why: str) -> None:
    """Who names it relies on it."""
    if setting != _BY_KEY:
        raise StartRefused(f"{asked_by}: {setting}: {why}")


def are_here(*modules: str) -> bool:
    """Whether all of these can be imported."""
    return all(find_spec(module) is not None for module in modules)
