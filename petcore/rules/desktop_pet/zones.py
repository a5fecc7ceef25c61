"""Places that are said for a time zone: a table to add to. What is not in it is not guessed."""

from collections.abc import Mapping

_PLACES = {
    "UTC": ("universal time", "gmt", "greenwich"),
    "Europe/London": ("england", "scotland", "wales", "the uk", "united kingdom"),
    "Europe/Dublin": ("ireland",),
    "Europe/Lisbon": ("portugal",),
    "Europe/Madrid": ("spain", "barcelona"),
    "Europe/Paris": ("france", "lyon"),
    "Europe/Brussels": ("belgium",),
    "Europe/Amsterdam": ("the netherlands", "netherlands", "holland"),
    "Europe/Berlin": ("germany", "munich", "hamburg", "cologne", "frankfurt", "stuttgart"),
    "Europe/Zurich": ("switzerland", "geneva", "bern"),
    "Europe/Vienna": ("austria",),
    "Europe/Rome": ("italy", "milan"),
    "Europe/Copenhagen": ("denmark",),
    "Europe/Oslo": ("norway",),
    "Europe/Stockholm": ("sweden",),
    "Europe/Helsinki": ("finland",),
    "Europe/Prague": ("czechia",),
    "Europe/Warsaw": ("poland",),
    "Europe/Budapest": ("hungary",),
    "Europe/Athens": ("greece",),
    "Europe/Istanbul": ("turkey",),
    "Europe/Kyiv": ("ukraine", "kiev"),
    "Europe/Moscow": (),
    "Africa/Cairo": ("egypt",),
    "Africa/Lagos": ("nigeria",),
    "Africa/Nairobi": ("kenya",),
    "Africa/Johannesburg": ("south africa", "cape town"),
    "Asia/Dubai": (),
    "Asia/Jerusalem": ("israel", "tel aviv"),
    "Asia/Tehran": (),
    "Asia/Karachi": ("pakistan",),
    "Asia/Kolkata": ("india", "delhi", "new delhi", "mumbai", "bangalore"),
    "Asia/Bangkok": ("thailand",),
    "Asia/Singapore": (),
    "Asia/Hong_Kong": (),
    "Asia/Shanghai": ("china", "beijing"),
    "Asia/Taipei": ("taiwan",),
    "Asia/Seoul": ("korea", "south korea"),
    "Asia/Tokyo": ("japan", "osaka"),
    "Australia/Perth": (),
    "Australia/Brisbane": (),
    "Australia/Melbourne": (),
    "Australia/Sydney": (),
    "Pacific/Auckland": ("new zealand",),
    "America/Halifax": (),
    "America/Toronto": ("ottawa", "montreal"),
    "America/Winnipeg": (),
    "America/Edmonton": ("calgary",),
    "America/Vancouver": (),
    "America/New_York": ("boston", "washington", "philadelphia", "miami", "atlanta"),
    "America/Chicago": ("dallas", "houston", "austin"),
    "America/Denver": (),
    "America/Phoenix": (),
    "America/Los_Angeles": ("san francisco", "san diego", "seattle", "california"),
    "America/Mexico_City": (),
    "America/Bogota": (),
    "America/Lima": ("peru",),
    "America/Santiago": (),
    "America/Sao_Paulo": ("rio de janeiro",),
    "America/Argentina/Buenos_Aires": (),
}


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ").lower()


ZONES: Mapping[str, str] = {
    said: zone for zone, places in _PLACES.items() for said in (_city(zone), zone.lower(), *places)
}
"""The zone, as the IANA names it, of what is said in lower case: a city, a land or that name."""

UNIVERSAL = frozenset({"UTC", "GMT", "Etc/UTC", "Etc/GMT", "Universal", "Etc/Universal", "Zulu"})
"""Names of the time that is nobody's own; a schedule has it until somebody says another."""


def city(zone: str) -> str:
    """What a zone is called when it is spoken: its city."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
