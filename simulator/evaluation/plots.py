"""The findings as pictures.

Importing this takes seconds, for it brings in matplotlib; import it when pictures are wanted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from matplotlib import rc_context, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from simulator.evaluation.breaks import COIN, SERVER, Point
from simulator.evaluation.episodes import HIGH, Episode, episodes
from simulator.evaluation.findings import Findings
from simulator.evaluation.intervals import Figure
from simulator.evaluation.policies import RULE
from simulator.evaluation.record import Life, Sitting
from simulator.evaluation.scores import WHATS

SESSION, PROMPTS, CONFIDENCE = "session.png", "prompts.png", "confidence.png"

_DPI = 100
_INK, _SERVER, _PULSE, _DUE = "#333333", "#0b6fb8", "#c2541b", "#f6dfb9"


def draw(lives: Sequence[Life], findings: Findings, folder: Path) -> list[Path]:
    """Write all pictures into ``folder``, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    with _picture(folder / SESSION, 9.6, 5.2) as picture:
        _session(picture, telling_session(lives))
    with _picture(folder / PROMPTS, 7.2, 5.2) as picture:
        _prompts(picture.subplots(), findings)
    with _picture(folder / CONFIDENCE, 7.2, 3.4) as picture:
        _confidence(picture.subplots(), findings)
    return [folder / name for name in (SESSION, PROMPTS, CONFIDENCE)]


@contextmanager
def _picture(path: Path, width: float, height: float) -> Iterator[Picture]:
    """An empty picture, so many inches large, that is written in the end."""
    # Whatever styles the machine's user likes: the pictures are the same everywhere.
    with rc_context(rcParamsDefault):
        picture = Picture(figsize=(width, height), dpi=_DPI, facecolor="white", layout="tight")
        yield picture
        picture.savefig(path, metadata={"Software": None})


def telling_session(lives: Sequence[Life]) -> Sitting:
    """The first session of a known person in which there is something to see: a break is due, and
    somebody was asked; if there is none such, the last of all.
    """
    sittings = [sitting for life in lives for sitting in life.sittings]
    return next(
        (one for one in sittings if not one.is_of_stranger and one.asked and episodes(one.minutes)),
        sittings[-1],
    )


def _session(picture: Picture, sitting: Sitting) -> None:
    upper, lower = picture.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    for axes, what in ((upper, "stress"), (lower, "focus")):
        # A minute without a score, or away from the camera, interrupts the line.
        at = range(sitting.minutes[-1].at + 1)
        true = {minute.at: getattr(minute, what) for minute in sitting.minutes}
        said = {minute.at: getattr(minute.said, what) for minute in sitting.minutes}
        axes.plot(at, _line(at, true), color=_INK, linewidth=1.6, label="truth")
        axes.plot(at, _line(at, said), color=_SERVER, linewidth=1.6, label="the server's score")
        axes.set_ylabel(what)
        _tidy(axes)
    for due in episodes(sitting.minutes):
        _mark_due(upper, due)
    upper.axhline(RULE.threshold, color=_INK, linewidth=0.8, linestyle=":")
    for asked in sitting.asked:
        upper.axvline(asked.at, color=_PULSE, linewidth=1.6, label="prompt")
    handles, labels = upper.get_legend_handles_labels()
    kept = dict(zip(labels, handles, strict=True))
    upper.legend(kept.values(), kept.keys(), loc="upper right", fontsize=8, framealpha=0.9)
    lower.set_xlabel("minutes of the session")
    upper.set_title(f"Session {sitting.number + 1} of one person", loc="left", fontsize=10)


def _mark_due(axes: Axes, due: Episode) -> None:
    words = f"true stress of {HIGH} for ten minutes"
    axes.axvspan(due.first, due.last, color=_DUE, linewidth=0, label=words)


def _line(at: range, values: dict[int, float | None]) -> list[float]:
    known = (values.get(minute) for minute in at)
    return [float("nan") if value is None else value for value in known]


def _prompts(axes: Axes, findings: Findings) -> None:
    _curve(axes, findings.server_points, _SERVER, "the server's scores, other thresholds", 2)
    _curve(axes, findings.pulse_points, _PULSE, "the pulse above so many beats/min", 4)
    for who, colour, shape in ((SERVER, _SERVER, "D"), (COIN, _INK, "X")):
        row = findings.asking(who)
        _cross(axes, row.recall, row.precision, colour, shape, who)
    axes.set_xlabel("recall: episodes of high stress that led to a prompt")
    axes.set_ylabel("precision: prompts that were due")
    axes.set_xlim(-0.02, 1.02)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncol=2, fontsize=8, frameon=False)
    _tidy(axes)


def _curve(axes: Axes, points: Sequence[Point], colour: str, label: str, named_every: int) -> None:
    known = [
        (one.recall.value, one.precision.value, one.at)
        for one in points
        if one.recall.value is not None and one.precision.value is not None
    ]
    recalls, precisions = [one[0] for one in known], [one[1] for one in known]
    axes.plot(recalls, precisions, "o-", color=colour, markersize=3, linewidth=1, label=label)
    for recall, precision, at in known[::named_every]:
        place = (recall, precision)
        axes.annotate(
            f"{at:g}", place, (4, 4), textcoords="offset points", fontsize=7, color=colour
        )


def _cross(
    axes: Axes, recall: Figure, precision: Figure, colour: str, shape: str, label: str
) -> None:
    """A point with the intervals of both."""
    if recall.value is None or precision.value is None:
        return
    axes.errorbar(
        [recall.value],
        [precision.value],
        xerr=_arms(recall),
        yerr=_arms(precision),
        fmt=shape,
        color=colour,
        capsize=3,
        markersize=7,
        label=f"{label}, 95 %",
    )


def _arms(figure: Figure) -> list[list[float]]:
    """How far the interval reaches below and above."""
    middle = figure.value or 0.0
    low = middle if figure.low is None else figure.low
    high = middle if figure.high is None else figure.high
    return [[max(middle - low, 0.0)], [max(high - middle, 0.0)]]


def _confidence(axes: Axes, findings: Findings) -> None:
    names = []
    for what, colour in zip(WHATS, (_SERVER, _PULSE), strict=True):
        for one in (one for one in findings.trusts if one.what == what):
            names.append(f"{what}\n{one.least:.2f} to {one.most:.2f}")
            axes.errorbar(
                [len(names) - 1],
                [one.error.value or 0.0],
                yerr=_arms(one.error),
                fmt="o",
                color=colour,
                capsize=4,
            )
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_ylabel("mean abs. error")
    axes.set_xlabel("confidence, in three parts of as many minutes")
    _tidy(axes)
    axes.set_ylim(0, 1.2 * max((one.error.high or 0.0 for one in findings.trusts), default=1.0))


def _tidy(axes: Axes) -> None:
    axes.set_ylim(-0.02, 1.05)
    axes.grid(color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
