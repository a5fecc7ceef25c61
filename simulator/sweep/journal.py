"""What a sweep has found so far, line by line, so that it can go on whenever it was stopped.

``journal.jsonl`` begins with what all its verdicts have in common; then come seeds that chance has
picked, and verdicts, each written as soon as it is there. A last line that was cut, by a kill or a
full disk, is as if it had not been written.
"""

from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import Self

import orjson
from pydantic import TypeAdapter, ValidationError

from simulator.kernel.values import Several, Value
from simulator.sweep.verdict import Verdict

NAME = "journal.jsonl"


class Head(Value):
    """What verdicts of one journal have in common."""

    preset: str
    hours: int | None
    """In place of the stories' own."""
    code: str
    """Of whatever is lived through."""


class _Fresh(Value):
    fresh: Several[int]


class _End(Value):
    ended: bool


_LINES: TypeAdapter[_Fresh | _End | Verdict] = TypeAdapter(_Fresh | _End | Verdict)


class OtherSweep(Exception):
    """What lies there belongs to another sweep, or to nobody; the message says what would do."""


class Journal:
    """Opened for one sweep. Raises ``OtherSweep``, or ``OSError`` if it cannot be written."""

    def __init__(self, folder: Path, head: Head, *, anew: bool = False) -> None:
        self._path = folder / NAME
        self.verdicts: dict[int, Verdict] = {}
        """Those that are known, by seed."""
        self.fresh: tuple[int, ...] = ()
        """Seeds that chance has picked for a sweep that has not ended yet."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [] if anew else self._whole_lines()
        if lines:
            self._require(lines[0], head)
            for number, line in enumerate(lines[1:], 2):
                self._learn(number, line)
        kept = sum(map(len, lines))
        # Without a buffer: what could not be written is not tried again in the end.
        mode = "r+b" if self._path.exists() else "wb"
        self._file = FileIO(self._path, mode)
        self._file.truncate(kept)
        self._file.seek(kept)
        if not lines:
            self._write(head)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._file.close()

    def pick(self, seeds: Sequence[int]) -> None:
        """Remember which seeds chance has picked."""
        self.fresh = tuple(seeds)
        self._write(_Fresh(fresh=self.fresh))

    def add(self, verdict: Verdict) -> None:
        """Keep it."""
        self.verdicts[verdict.seed] = verdict
        self._write(verdict)

    def end(self) -> None:
        """The sweep is over: the next one picks other seeds."""
        self._write(_End(ended=True))

    def _whole_lines(self) -> list[bytes]:
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().splitlines(keepends=True)
        return lines if not lines or lines[-1].endswith(b"\n") else lines[:-1]

    def _require(self, line: bytes, head: Head) -> None:
        try:
            found = Head.model_validate_json(line)
        except ValidationError:
            raise OtherSweep(f"{self._path} is no journal of a sweep") from None
        other = [name for name, value in head if getattr(found, name) != value]
        if other:
            words = ", ".join(_WORDS[name].format(getattr(found, name)) for name in other)
            raise OtherSweep(f"{self._path} is of another sweep: {words}")

    def _learn(self, number: int, line: bytes) -> None:
        try:
            said = _LINES.validate_json(line)
        except ValidationError:
            raise OtherSweep(f"{self._path} is damaged in line {number}") from None
        if isinstance(said, Verdict):
            self.verdicts[said.seed] = said
        else:
            self.fresh = said.fresh if isinstance(said, _Fresh) else ()

    def _write(self, what: Value) -> None:
        line = orjson.dumps(
            what.model_dump(mode="json", exclude_defaults=True), option=orjson.OPT_APPEND_NEWLINE
        )
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            error.filename = str(self._path)
            raise


_WORDS = {
    "preset": "its preset is {}",
    "hours": "its --hours are {}",
    "code": "the code has changed since",
}
