# The watch: feeds the watchdog as long as everything moves. Three things can stand still, and each
# has its cure. A task that hangs is cured by nothing but a restart, so the watchdog gets no food.
# A task that does go on, but has stumbled at every turn for half an hour, lives in a heap that is
# full or in pieces: a restart, too. A server from which nothing good comes may be behind a link
# that only seems to stand: the link is made anew, later and later, and the pet goes on.

from firmware.logic.clock import HOUR_MS, MINUTE_MS

LOOK_MS = 20_000  # a watchdog must wait for at least three of these
SLACK_MS = 60_000  # for a pet that is busy
STUMBLING_MS = 30 * MINUTE_MS
SILENT_MS = 5 * MINUTE_MS
SILENT_MS_MAX = HOUR_MS
GOOD_LIFE_MS = 60_000
LONELY_LIFE_MS = HOUR_MS  # good as well, if nobody was there to be heard

# When a role has something to do; whoever must not, may sleep as long as it likes.
ALWAYS = 0
PAIRED = 1
UNPAIRED = 2


class Watch:
    # `roles` holds (name, how long a turn takes at most, when it has something to do). A role that
    # may wait for a person for ever is none of them; all that it can do is stumble.
    def __init__(self, parts, roles: list) -> None:
        self.hal = parts.hal
        self.token = parts.token
        self.marks = parts.marks
        self.roles = roles
        self.looked_at = parts.hal.ticks_ms()
        self.still: str | None = None  # who kept the food away when it last looked
        self.silent_ms = 0
        self.renews_after_ms = SILENT_MS
        self.lived_ms: int | None = 0
        self.has_heard = False
        for name, _, _ in roles:
            self.marks.move(name)

    async def turn(self) -> None:
        now = self.hal.ticks_ms()
        passed_ms = self.hal.ticks_diff(now, self.looked_at)
        self.looked_at = now
        self._feed(now)
        self._listen(passed_ms)
        self._judge_life(passed_ms)
        await self.hal.sleep_ms(LOOK_MS)

    def _feed(self, now: int) -> None:
        still = self._who_stands_still(now)
        if still is None:
            self.hal.feed()
        elif still != self.still:
            self.hal.log(f"{still} stands still")
        self.still = still

    def _who_stands_still(self, now: int) -> str | None:
        phase = PAIRED if self.token.text or not self.token.is_needed else UNPAIRED
        for name, turn_ms, when in self.roles:
            if when not in (ALWAYS, phase):
                self.marks.moved[name] = now
            elif self.hal.ticks_diff(now, self.marks.moved[name]) > turn_ms + SLACK_MS:
                return name
        for name in self.marks.stumbling:
            first, last = self.marks.stumbling[name]
            if self.hal.ticks_diff(last, first) > STUMBLING_MS:
                return name
        return None

    # A pause of the polls is no silence: something must have been asked in vain as well.
    def _listen(self, passed_ms: int) -> None:
        if self.marks.is_heard:
            self.marks.is_heard = False
            self.has_heard = True
            self.silent_ms = 0
            self.renews_after_ms = SILENT_MS
            return
        self.silent_ms += passed_ms
        if self.marks.is_missed and self.silent_ms >= self.renews_after_ms:
            self.silent_ms = 0
            self.renews_after_ms = min(self.renews_after_ms * 2, SILENT_MS_MAX)
            self.hal.renew_link()

    # Once: `lived_ms` is None afterwards.
    def _judge_life(self, passed_ms: int) -> None:
        if self.lived_ms is None:
            return
        self.lived_ms += passed_ms
        if self.lived_ms >= (GOOD_LIFE_MS if self.has_heard else LONELY_LIFE_MS):
            self.lived_ms = None
            self.hal.mark_good()
