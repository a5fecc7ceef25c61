"""All that the estimator remembers of one session, and how that is written down.

What is usual for the person is settled when a session begins and stays so while it lasts: like is
compared with like, and a long hard hour does not become usual while it lasts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from petcore.rules.vitals_terms import TERMS, VERSION, Term
from petcore.rules.vitals_tracks import Breath, Lids, Track

_NOTES_OF_ALL = 120
"""As many earlier samples count as much as what is usual among people at large. Our choice: two
hours at a sample a minute."""
_LARGEST = 1 << 62
"""No number in a document is larger."""


class Usual(NamedTuple):
    """What is usual for one person, in the unit of the reading: people at large, and more and more
    this one. ``familiarity`` is 0 for a stranger, towards 1 the longer the person is known.
    """

    value: float
    familiarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """One session of one person. ``usual`` has every term, ``tracks`` those of which a reading was
    taken; the last were taken at ``now_ms``. A value: nothing of it ever changes.
    """

    usual: Mapping[str, Usual]
    tracks: Mapping[str, Track] = field(default_factory=dict)
    lids: Lids = Lids()  # noqa: RUF009  it is a value
    breath: Breath | None = None
    now_ms: int = 0


def begin(history: Iterable[Mapping[str, float]] = ()) -> Vitals:
    """A session of the person who had this history: the smoothed readings (``vitals.readings``) of
    earlier samples, in any order, about a minute apart. Without one, of a stranger.

    Names that are unknown and values that cannot be true are left out.
    """
    notes: dict[str, list[float]] = {name: [] for name in TERMS}
    for sample in history:
        for name, value in sample.items():
            term = TERMS.get(name)
            if term and term.lowest <= value <= term.highest:
                notes[name].append(value)
    return Vitals({name: _usual(term, notes[name]) for name, term in TERMS.items()})


def _usual(term: Term, notes: list[float]) -> Usual:
    """Between people at large and the person's own quantile: shrinkage, as Efron & Morris 1977
    (Sci. Am. 236:119) explain it. A quantile, since a few odd samples do not move it.
    """
    if not notes:
        return Usual(term.usual)
    own = sorted(notes)[int(term.quantile * (len(notes) - 1))]
    familiarity = len(notes) / (len(notes) + _NOTES_OF_ALL)
    return Usual((1 - familiarity) * term.usual + familiarity * own, familiarity)


def to_document(vitals: Vitals) -> dict[str, object]:
    """As JSON values, below 4 KB. No key of it has a dot, which some stores cannot keep."""
    return {
        "formula": VERSION,
        "usual": [[name, *usual] for name, usual in sorted(vitals.usual.items())],
        "tracks": [[name, *track] for name, track in sorted(vitals.tracks.items())],
        "lids": list(vitals.lids),
        "breath": None if vitals.breath is None else list(vitals.breath),
        "now_ms": vitals.now_ms,
    }


def from_document(document: Mapping[str, object]) -> Vitals:
    """What ``to_document`` was given, exactly.

    What another formula wrote, or nobody, is not guessed at: then it is the session of a stranger,
    ``begin()``, and whoever knows the person's history begins with that (``is_written_here``).
    """
    if not is_written_here(document):
        return begin()
    try:
        return _read(document)
    except ValueError:
        return begin()


def is_written_here(document: Mapping[str, object]) -> bool:
    """Whether this formula wrote it."""
    return document.get("formula") == VERSION


def _read(document: Mapping[str, object]) -> Vitals:
    """Raises ``ValueError`` for anything that ``to_document`` does not write."""
    usual = {
        _name(name): Usual(_usual_of(value), _part(familiarity))
        for name, value, familiarity in _rows(document, "usual", 3)
    }
    tracks = {
        _name(name): Track(
            _number(value), _number(mass), _whole(at), _part(quality), _whole_or_none(newest)
        )
        for name, value, mass, at, quality, newest in _rows(document, "tracks", 6)
    }
    if usual.keys() != TERMS.keys():
        raise ValueError("usual: not all terms")
    look, seen, blinks, blink = _row(document.get("lids"), 4)
    lids = Lids(_whole_or_none(look), _whole(seen), _whole(blinks), _whole(blink))
    breath, now_ms = _breath(document.get("breath")), _whole(document.get("now_ms"))
    return Vitals(usual, tracks, lids, breath, now_ms)


def _breath(written: object) -> Breath | None:
    if written is None:
        return None
    rate, at, since, newest = _row(written, 4)
    return Breath(_number(rate), _whole(at), _whole(since), _whole(newest))


def _rows(document: Mapping[str, object], name: str, length: int) -> list[list[object]]:
    rows = document.get(name)
    if not isinstance(rows, list):
        raise ValueError(f"{name}: no list")  # noqa: TRY004  one error for all that is not ours
    return [_row(row, length) for row in rows]


def _row(written: object, length: int) -> list[object]:
    if not isinstance(written, list) or len(written) != length:
        raise ValueError(f"no list of {length}")
    return written


def _name(written: object) -> str:
    if not isinstance(written, str) or written not in TERMS:
        raise ValueError("no term")
    return written


def _number(written: object) -> float:
    """None of ours is below 0, or near the end of all numbers."""
    if not isinstance(written, int | float) or isinstance(written, bool):
        raise ValueError("no number")  # noqa: TRY004  one error for all that is not ours
    if not 0 <= written <= _LARGEST:
        raise ValueError("no number of a reading")
    return float(written)


def _part(written: object) -> float:
    part = _number(written)
    if part > 1:
        raise ValueError("no part")
    return part


def _usual_of(written: object) -> float:
    """Never 0: it is what others are parts of."""
    usual = _number(written)
    if not usual:
        raise ValueError("nothing is usual")
    return usual


def _whole(written: object) -> int:
    if not isinstance(written, int) or isinstance(written, bool):
        raise ValueError("no whole number")  # noqa: TRY004  one error for all that is not ours
    if abs(written) > _LARGEST:
        raise ValueError("no number of 64 bits")
    return written


def _whole_or_none(written: object) -> int | None:
    return None if written is None else _whole(written)
