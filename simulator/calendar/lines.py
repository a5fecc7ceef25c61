"""In which line of an iCalendar file an event stands: the library that reads it does not tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BEGIN, _END, _UID = "BEGIN:", "END:", "UID:"
_EVENT, _ZONE = "VEVENT", "VTIMEZONE"


@dataclass(frozen=True, slots=True)
class Block:
    """One component of the file: its name, the line where it begins (from 1), and its lines."""

    name: str
    line: int
    text: str

    @property
    def uid(self) -> str:
        """What the event calls itself; "" if it does not."""
        unfolded = re.sub(r"\r?\n[ \t]", "", self.text)
        for line in unfolded.splitlines():
            if line.upper().startswith(_UID):
                return line[len(_UID) :].strip()
        return ""


@dataclass(frozen=True, slots=True)
class Unended:
    """A component that begins in this line and never ends, or ends there and never began."""

    name: str
    line: int


def blocks(text: str) -> tuple[list[Block], Unended | None]:
    """The events and zones of a file in their order, and what is wrong with its frame."""
    lines = text.splitlines(keepends=True)
    found: list[Block] = []
    begun: list[tuple[str, int]] = []
    for number, line in enumerate(lines, 1):
        word = line.strip().upper()
        if word.startswith(_BEGIN):
            begun.append((word.removeprefix(_BEGIN), number))
        elif word.startswith(_END):
            name = word.removeprefix(_END)
            if not begun or begun[-1][0] != name:
                return found, Unended(*begun[-1]) if begun else Unended(name, number)
            _, first = begun.pop()
            if name in (_EVENT, _ZONE):
                found.append(Block(name, first, "".join(lines[first - 1 : number])))
    return found, Unended(*begun[-1]) if begun else None


def events(found: Sequence[Block]) -> list[Block]:
    """Those that are events."""
    return [block for block in found if block.name == _EVENT]


def with_zones(block: Block, found: Sequence[Block]) -> str:
    """A file that has this event alone, and all zones."""
    zones = "".join(zone.text for zone in found if zone.name == _ZONE)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{zones}{block.text}END:VCALENDAR\r\n"
