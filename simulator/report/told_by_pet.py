"""What stood on the desk: from the events ``screen``, ``boot`` and ``unplugged`` of a trace."""

from simulator.kernel.trace import Event, number
from simulator.report.story import ALONE, Mark, Scene, Span, Stay

DARK: Scene = ("", "", "", False)
_COUNTS_DOWN = "POMODORO_TIMER"
_REMINDS, _HIDES = "WATER_DROP", "BREAK_PROMPT"


class PetTold:
    """Listens to one pet."""

    def __init__(self) -> None:
        self.reboots: list[Mark] = []
        self.reminders: list[Mark] = []
        """Those that it gave by itself."""
        self.scenes: list[tuple[int, Scene]] = []
        """Every scene, and from when on."""
        self._has_booted = False
        self._stays: list[Stay] = []
        self._without_power: list[Span] = []
        self._unplugged_at: int | None = None

    def shows(self, event: Event) -> None:
        """A ``screen`` event."""
        scene = event["scene"]
        if isinstance(scene, list):
            screen, title, detail, is_offline = scene
            self._show(number(event, "at"), (screen, title, detail, is_offline))

    def boots(self, event: Event) -> None:
        """A ``boot`` event. The first one is no reboot."""
        at = number(event, "at")
        if self._has_booted:
            self.reboots.append(Mark(at, "reboot"))
        self._has_booted = True
        self._without_power = self.without_power(at)
        self._unplugged_at = None

    def loses_power(self, event: Event) -> None:
        """An ``unplugged`` event."""
        self._unplugged_at = number(event, "at")
        self._show(self._unplugged_at, DARK)

    def stays(self, until: int) -> list[Stay]:
        """What the screen showed, without gaps; what showed for no time at all is left out."""
        closed = [_closed(stay, until) if stay.end < 0 else stay for stay in self._stays]
        return [stay for stay in closed if stay.ms > 0]

    def without_power(self, until: int) -> list[Span]:
        """When it had no power."""
        if self._unplugged_at is None:
            return self._without_power
        return [*self._without_power, Span(self._unplugged_at, until, "unplugged")]

    def _show(self, at: int, scene: Scene) -> None:
        last = self._stays[-1] if self._stays else None
        before = last.scene[0] if last is not None else ""
        # Whoever cannot reach the server has not been told by it.
        if scene[0] == _REMINDS and scene[3] and before not in (_REMINDS, _HIDES):
            self.reminders.append(Mark(at, "reminder_unseen", ALONE))
        self.scenes.append((at, scene))
        if last is not None and _goes_on(last.scene, scene):
            self._stays[-1] = Stay(last.start, -1, last.scene, scene[2])
            return
        if last is not None:
            self._stays[-1] = _closed(last, at)
        self._stays.append(Stay(at, -1, scene, scene[2]))


def _goes_on(before: Scene, after: Scene) -> bool:
    """Whether nothing has changed but the minutes of a count-down."""
    is_count = before[0] == after[0] == _COUNTS_DOWN and before[1] == after[1]
    return before == after or (is_count and before[3] == after[3])


def _closed(stay: Stay, end: int) -> Stay:
    return Stay(stay.start, end, stay.scene, stay.last_detail)
