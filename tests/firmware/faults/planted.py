"""Faults that are planted into copies of the firmware, and the promise that must see each of them.

Belongs here: what is replaced by what. Each is what somebody could write in good faith.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Change:
    """``old`` stands in the file of the firmware exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fault:
    """``seen_by`` is the name of the promise that it breaks."""

    name: str
    seen_by: str
    changes: tuple[Change, ...]

    def plant(self, house: Path) -> None:
        """Copy the firmware into ``house``, with this fault in it."""
        no_bytes = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "firmware", house / "firmware", ignore=no_bytes)
        for change in self.changes:
            file = house / "firmware" / change.file
            text = file.read_text(encoding="utf-8")
            assert text.count(change.old) == 1, f"{self.name}: {change.file} has moved on"
            file.write_text(text.replace(change.old, change.new), encoding="utf-8")


_COUNT_BY_CLOCKS = """
    def _left(self, answer, name):
        now_s = read_instant(text(answer, "server_time_utc")) // 1000
        if name not in self.ends:
            self.ends[name] = now_s + whole(answer, "seconds_remaining")
        return self.ends[name] - now_s

    def _follow("""

FAULTS = (
    Fault(
        "an acknowledgement without its key",
        "acknowledges once",
        (
            Change(
                "logic/wire.py",
                "        if key:\n",
                '        if key and method == "GET":\n',
            ),
        ),
    ),
    Fault(
        "a back-off without a limit",
        "backs off",
        (Change("logic/backoff.py", "min(self.span_ms * 2, LAST_MS)", "self.span_ms * 2"),),
    ),
    Fault(
        "a screen that keeps a prompt that was withdrawn",
        "shows nothing stale",
        (
            Change(
                "logic/prompt.py",
                "            self.known.open(None)\n            return\n",
                "            return\n",
            ),
        ),
    ),
    Fault(
        "a poll that dies of a wrong type",
        "survives nonsense",
        (
            Change("logic/check.py", "if type(value) is not kind:", "if value is None:"),
            Change(
                "logic/supervise.py", "except Exception as failure:", "except OSError as failure:"
            ),
        ),
    ),
    Fault(
        "a count that trusts the server's clock",
        "counts down truly",
        (
            Change(
                "logic/pomodoro.py",
                'whole(answer, "seconds_remaining"))',
                "self._left(answer, session_id + phase))",
            ),
            Change("logic/pomodoro.py", "\n    def _follow(", _COUNT_BY_CLOCKS),
            Change(
                "logic/pomodoro.py",
                "        self.followed: str | None = None",
                "        self.ends = {}\n        self.followed: str | None = None",
            ),
            Change(
                "logic/pomodoro.py",
                "from firmware.logic.poll",
                "from firmware.logic.clock import read_instant\nfrom firmware.logic.poll",
            ),
        ),
    ),
)
