# What the pet knows. Belongs here: the facts that the screen is made of, and how they come and go.
# Does not: where a fact came from (the polls), nor what it looks like (scene.py).

from firmware.logic.clock import DAY_MS, HOUR_MS, Clock

MESSAGE_MS = 10_000
STATUS_MS = 20_000
# A reading of the count-down this near to our own count is the same count, delayed on its way here.
# Taking it would make the minutes on the screen jump back and forth.
DRIFT_MS = 3_000
# More than the outbox can hold: what is still on its way there has not been forgotten.
SETTLED_LEN_MAX = 24


class Known:
    # The event `changed` is set when a fact has changed.
    def __init__(self, changed, ticks_diff) -> None:
        self.changed = changed
        self.ticks_diff = ticks_diff
        self.clock = Clock(ticks_diff)
        self.reminder: tuple | None = None  # (title, message)
        self.prompt: tuple | None = None  # (prompt_id, title, message)
        self.pomodoro: tuple | None = None  # (session_id, phase, left_ms, read_at)
        self.message: tuple | None = None  # (text, said_at)
        self.status: tuple | None = None  # (facts of status.py, shown_at)
        self.talk: tuple | None = None  # (what is shown of talk.py, words)
        self.schedule: tuple | None = None  # see reminding.py
        self.quiet: tuple | None = None  # (for so long nothing was due, when that was so)
        self.is_quiet_alone = False  # it began as the server was gone, with no acknowledgement
        self.code: str | None = None  # shown while pairing; "" before the server gave one
        self.offline = False
        self.settled: list = []

    # All that was said to one user.
    def forget(self) -> None:
        self.reminder = self.prompt = self.pomodoro = self.message = None
        self.schedule = None
        self.end_quiet()
        self.clock.forget()
        self.settled = []
        self.changed.set()

    def pair(self, code: str | None) -> None:
        if code != self.code:
            self.code = code
            self.changed.set()

    def remind(self, reminder: tuple | None) -> None:
        self.reminder = reminder
        self.changed.set()

    def open(self, prompt: tuple | None) -> None:
        if prompt != self.prompt:
            self.prompt = prompt
            self.changed.set()

    def say(self, text: str, now: int) -> None:
        self.message = (text, now)
        self.changed.set()

    def hush(self) -> None:
        self.message = None
        self.changed.set()

    def converse(self, talk: tuple | None) -> None:
        if talk != self.talk:
            self.talk = talk
            self.changed.set()

    def show_status(self, facts: tuple, now: int) -> None:
        self.status = (facts, now)
        self.changed.set()

    def hide_status(self) -> None:
        self.status = None
        self.changed.set()

    # What the wall clock of the user shows. Who reads it on the screen asks when it is shown.
    def tell_time(self, day_ms: int, now: int) -> None:
        self.clock.set(day_ms, now)
        if self.status is not None:
            self.changed.set()

    def mark_offline(self, offline: bool) -> None:
        if offline != self.offline:
            self.offline = offline
            self.changed.set()

    def count_down(self, session_id: str, phase: str, left_ms: int, now: int) -> None:
        is_same = self.pomodoro is not None and self.pomodoro[:2] == (session_id, phase)
        if is_same and abs(self.left_ms(now) - left_ms) < DRIFT_MS:
            return
        self.pomodoro = (session_id, phase, left_ms, now)
        self.changed.set()

    def end_count(self) -> None:
        self.pomodoro = None
        self.changed.set()

    # The person has dealt with the prompt or session of this id. An answer that was on its way
    # meanwhile, or that the server gave before our message reached it, must not bring it back.
    def settle(self, settled_id: str) -> None:
        self.settled.append(settled_id)
        if len(self.settled) > SETTLED_LEN_MAX:
            self.settled.pop(0)

    def is_settled(self, settled_id: str) -> bool:
        return settled_id in self.settled

    # A reminder was acknowledged, or nobody would remind from now on.
    def begin_quiet(self, now: int, alone: bool = False) -> None:
        self.quiet = (0, now)
        self.is_quiet_alone = alone

    def end_quiet(self) -> None:
        self.quiet = None
        self.is_quiet_alone = False

    # How long ago that was; a day stands for all that is longer. None when it never was.
    def quiet_ms(self, now: int) -> int | None:
        if self.quiet is None:
            return None
        return min(DAY_MS, self.quiet[0] + self.ticks_diff(now, self.quiet[1]))

    # A count that has run out stays run out, also when the ticks wrap before the next answer.
    def left_ms(self, now: int) -> int:
        if self.pomodoro is None or self.pomodoro[2] == 0:
            return 0
        return max(0, self.pomodoro[2] - self.ticks_diff(now, self.pomodoro[3]))

    def message_left_ms(self, now: int) -> int:
        return 0 if self.message is None else self._rest_ms(MESSAGE_MS, now, self.message[1])

    def status_left_ms(self, now: int) -> int:
        return 0 if self.status is None else self._rest_ms(STATUS_MS, now, self.status[1])

    def _rest_ms(self, span_ms: int, now: int, since: int) -> int:
        return max(0, span_ms - self.ticks_diff(now, since))

    # Lets go of what time alone has ended, and takes up anew what the ticks would lose when they
    # wrap. Called at least as often as the scene changes, and once in an hour or so.
    def expire(self, now: int) -> None:
        if self.message is not None and self.message_left_ms(now) == 0:
            self.message = None
        if self.status is not None and self.status_left_ms(now) == 0:
            self.status = None
        if self.pomodoro is not None and self.left_ms(now) == 0:
            session_id, phase, _, read_at = self.pomodoro
            self.pomodoro = (session_id, phase, 0, read_at)
        self.clock.renew(now)
        if self.quiet is not None and self.ticks_diff(now, self.quiet[1]) >= HOUR_MS:
            self.quiet = (self.quiet_ms(now), now)
