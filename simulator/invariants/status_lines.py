"""What the status screen of a pet says of it, line by line, and what is wrong with that.

A line is a word and a fact: how strong the Wi-Fi is, which server it asks, what time it is there
where its user lives, its version, and while it pairs its code. Others may follow.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WIFI = re.compile(r"-\d{1,3} dBm")
_NO_TIME = "--:--"
_DAY_MIN = 24 * 60
_OFF_MIN = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """The truth. ``minutes`` of the day are those that the wall clock may show, give or take one;
    ``code`` is None for a pet that does not pair, and "" for one that has none yet.
    """

    has_link: bool
    address: str
    version: str
    minutes: Sequence[int]
    knows_time: bool
    code: str | None


def fault(text: object, facts: Facts) -> str:
    """What is wrong with the lines; nothing if all is right."""
    lines = dict(line.partition(" ")[::2] for line in str(text).split("\n"))
    if bool(_WIFI.fullmatch(lines.get("wifi", ""))) is not facts.has_link:
        return f"wifi {lines.get('wifi')}"
    expected = {"server": facts.address, "version": facts.version}
    for name, fact in expected.items():
        if lines.get(name) != fact:
            return f"{name} {lines.get(name)}, not {fact}"
    if lines.get("code", "") != (facts.code or ""):
        return f"code {lines.get('code')}, not {facts.code}"
    return _fault_of_time(lines, facts)


def _fault_of_time(lines: Mapping[str, str], facts: Facts) -> str:
    told = lines.get("time", "")
    if told == _NO_TIME and not facts.knows_time:
        return ""
    if re.fullmatch(r"[0-2]\d:[0-5]\d", told):
        minute = int(told[:2]) * 60 + int(told[3:])
        if any((minute - right + _OFF_MIN) % _DAY_MIN <= 2 * _OFF_MIN for right in facts.minutes):
            return ""
    clocks = " or ".join(f"{right // 60:02d}:{right % 60:02d}" for right in facts.minutes)
    return f"time {told}, not {clocks}"
