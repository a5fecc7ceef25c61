"""What can be set about a petcore server. The only reader of the environment.

Each setting is read from ``PETCORE_<NAME>``; flags of ``petcore serve`` go before it.
"""

import re
from datetime import timedelta
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from petcore.errors import StartRefused

MongoDriver = Literal["motor", "pymongo"]
DoorSetting = Literal["by_address", "open", "locked"]
LogLevel = Literal["debug", "info", "warning", "error"]
LanguageSetting = Literal["by_key", "gemini", "offline"]
VoiceSetting = Literal["by_key", "elevenlabs", "espeak"]
HearingSetting = Literal["by_key", "elevenlabs", "pocketsphinx"]
KEPT_STORES = "sqlite:///relative.db, sqlite:////absolute.db or mongodb://host/database"
STORES = f"memory:, {KEPT_STORES}"
"""The stores there are, as a user names them; memory: keeps nothing."""

# However the beginning is misspelled, what stands before an @ may be a password.
_PASSWORD = re.compile(r"(?s)^([A-Za-z][A-Za-z0-9+.-]*:/*)?.*@")
_ORIGIN = re.compile(
    r"(?!http://[^/]*:80\Z|https://[^/]*:443\Z)"  # which browsers leave out
    r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?\Z"
)
_HOST_NAME = re.compile(r"[a-z0-9_][a-z0-9._-]*\Z")
_KEY = re.compile(r"[!#-&(-~]{0,512}")  # ASCII that can be seen, but for quotes
_BASE = re.compile(r"https?://[!-\"$->A-~]+")  # the same, but for ?, # and @
_SECRET_OPTION = re.compile(r"(?i)([?&;](?:[a-z]*password|authMechanismProperties)=)[^&]*")

_FLAGS = MappingProxyType(
    {
        "host": "--host",
        "port": "--port",
        "workers": "--workers",
        "store": "--store",
        "mongo_driver": "--mongo-driver",
        "time_scale": "--time-scale",
        "door": "--open, --locked",
        "log_level": "--log-level",
    }
)
"""How ``petcore serve`` can be told instead; of the other settings the environment alone."""


def _words(given: object) -> object:
    """Settings in the environment are text: words between commas."""
    if isinstance(given, str):
        return tuple(word.strip() for word in given.split(",") if word.strip())
    return given


def _origins(given: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_ORIGIN.match(origin) for origin in given):
        raise PydanticCustomError(
            "origins",
            "must be origins as browsers name them, like https://pet.example or "
            "http://localhost:3000, with commas between; * is none",
        )
    return given


def _host_names(given: tuple[str, ...]) -> tuple[str, ...]:
    """In lower case and without brackets, as requests are read."""
    names = tuple(name.lower().removeprefix("[").removesuffix("]") for name in given)
    if not all(_HOST_NAME.match(name) or _is_address(name) for name in names):
        raise PydanticCustomError(
            "host_names",
            "must be names like desk.lan, or addresses, without http:// and port, with commas "
            "between; * is none",
        )
    return names


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _proxies(given: tuple[str, ...]) -> tuple[str, ...]:
    for proxy in set(given) - {"*"}:
        try:
            ip_network(proxy)
        except ValueError as error:
            raise PydanticCustomError("proxies", "{why}", {"why": str(error)}) from None
    return given


def _key(given: SecretStr) -> SecretStr:
    """Without the blanks around it that come with a file. It is sent in a header."""
    key = given.get_secret_value().strip()
    if not _KEY.fullmatch(key):
        raise PydanticCustomError(
            "key",
            "must be one word of at most 512 ASCII letters, digits and signs, without quotes",
        )
    return SecretStr(key)


def _url(given: str) -> str:
    """The paths of an API are put behind it."""
    if given and not _is_base(given):
        raise PydanticCustomError(
            "url",
            "must be an address like https://service.example or http://127.0.0.1:8080/base, "
            "without user, password, ? and #",
        )
    return given.rstrip("/")


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_reached = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_reached and bool(_BASE.fullmatch(url))


Seconds = Annotated[int, Field(ge=1, le=366 * 24 * 3600)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Part = Annotated[float, Field(ge=0, le=1)]
Key = Annotated[SecretStr, AfterValidator(_key)]
NO_KEY = SecretStr("")
EngineName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
VoiceId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
Url = Annotated[str, AfterValidator(_url)]
"""Where a service is reached; "" is where its SDK says."""


class Settings(BaseSettings):
    """All settings, with their defaults. Durations are in seconds, scores 0..1."""

    model_config = SettingsConfigDict(env_prefix="PETCORE_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 5000
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    store: str = "sqlite:///petcore.db"
    mongo_driver: MongoDriver = "motor"
    time_scale: Annotated[int, Field(ge=1, le=3600)] = 1
    door: DoorSetting = "by_address"
    requests_per_min: Annotated[int, Field(ge=0, le=1_000_000)] = 600
    host_names: Annotated[Words, AfterValidator(_host_names)] = ()
    cors_origins: Annotated[Words, AfterValidator(_origins)] = ()
    proxies: Annotated[Words, AfterValidator(_proxies)] = ()
    connections_max: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    connections_per_address_max: Annotated[int, Field(ge=1, le=100_000)] = 64
    log_level: LogLevel = "info"
    log_format: Literal["pretty", "json"] = "pretty"

    language: LanguageSetting = "by_key"
    voice: VoiceSetting = "by_key"
    hearing: HearingSetting = "by_key"
    gemini_api_key: Key = NO_KEY
    gemini_model: EngineName = "gemini-3.8-flash"
    gemini_url: Url = ""
    elevenlabs_api_key: Key = NO_KEY
    elevenlabs_voice_id: VoiceId = "21m00Tcm4TlvDq8ikWAM"
    elevenlabs_model: EngineName = "eleven_flash_v2_5"
    elevenlabs_hearing_model: EngineName = "scribe_v2"
    elevenlabs_url: Url = ""

    camera_hosts: Annotated[Words, AfterValidator(_host_names)] = ()
    cameras_max: Annotated[int, Field(ge=1, le=64)] = 4
    webcam_users: Words = ()
    video_folder: str = ""

    idempotency_kept_s: Seconds = 24 * 3600

    high_stress_threshold: Part = 0.75
    high_stress_held_s: Seconds = 600
    high_stress_gap_s: Seconds = 360
    high_stress_confidence: Part = 0.5
    high_stress_ahead_s: Seconds = 300
    high_stress_cool_down_s: Annotated[int, Field(ge=0, le=366 * 24 * 3600)] = 900

    @property
    def idempotency_kept(self) -> timedelta:
        """How long an answer is kept under its key."""
        return timedelta(seconds=self.idempotency_kept_s)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach who listens there. A name other than localhost may mean
    anything.
    """
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def shown(uri: str) -> str:
    """A store's URI without the user and the passwords in it."""
    if uri.startswith("sqlite:///"):
        return uri
    return _SECRET_OPTION.sub(r"\1***", _PASSWORD.sub(r"\1***@", uri))


def default_settings(**given: object) -> Settings:
    """The defaults but for what is ``given``, whatever the environment says."""
    return Settings.model_construct(None, **given)


def read_settings(**given: object) -> Settings:
    """The settings: what is ``given`` and not None, then the environment, then the defaults.

    Raises ``StartRefused`` naming each setting that cannot be.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(chosen)
    except ValidationError as error:
        lines = (_line(complaint["loc"], complaint["msg"]) for complaint in error.errors())
        raise StartRefused("\n".join(lines)) from None


def _line(loc: tuple[int | str, ...], msg: str) -> str:
    name = str(loc[0]) if loc else "settings"
    variable = f"PETCORE_{name.upper()}"
    return f"{_FLAGS[name]} ({variable}): {msg}" if name in _FLAGS else f"{variable}: {msg}"
