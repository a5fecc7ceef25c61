"""Calendar files as programs write them."""

from pathlib import Path

CAMPUS = """\
BEGIN:VTIMEZONE
TZID:Campus Time
BEGIN:STANDARD
DTSTART:20251102T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20250309T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
END:DAYLIGHT
END:VTIMEZONE
"""
"""A zone that no list has, which the file describes: the Pacific coast's."""


def event(summary: str, *lines: str, uid: str = "") -> str:
    """One event; what is not said of it stands in ``lines``."""
    said = "".join(f"{line}\n" for line in lines)
    name = uid or summary.replace(" ", "-")
    return (
        f"BEGIN:VEVENT\nUID:{name}\nDTSTAMP:20260101T000000Z\nSUMMARY:{summary}\n{said}END:VEVENT\n"
    )


def calendar(folder: Path, *parts: str) -> Path:
    """A file with these events and zones."""
    path = folder / "mine.ics"
    body = "".join(parts)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//tests//EN\n{body}END:VCALENDAR\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    return path
