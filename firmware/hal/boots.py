# The boots: how many in a row did not become a good life, and why the last one ended. A board that
# falls again and again rests (safe_mode.py) instead of falling for ever. Imported before all else
# that could be broken, so it knows nothing of the rest.

KEPT = "boots"
EARLY_BOOTS_MAX = 5

# What machine.reset_cause() says on every ESP32. It takes a brown-out for power on.
POWER_ON = 1
SOFT_RESET = 5
CAUSES = {
    POWER_ON: "power on",
    2: "restart",
    3: "watchdog",
    4: "deep sleep",
    SOFT_RESET: "soft reset",
}


class Boots:
    # `flash` keeps texts, `log` takes lines.
    def __init__(self, flash, log) -> None:
        self.flash = flash
        self.log = log

    # Counts this boot; whether there were too many early ones before it. Who resets by hand at the
    # prompt is no failing pet. A flash that is full counts nothing, and the pet lives.
    def begin(self, cause: int) -> bool:
        early = self._early()
        self.log(f"boot after {CAUSES.get(cause, f'cause {cause}')}, {early} early ones before it")
        if early >= EARLY_BOOTS_MAX:
            return True
        if cause != SOFT_RESET:
            self._keep(str(early + 1))
        return False

    # The pet has lived well.
    def end_well(self) -> None:
        if self._early():
            self._keep(None)

    # After a rest there is one try more.
    def forgive_one(self) -> None:
        self._keep(str(EARLY_BOOTS_MAX - 1))

    def _early(self) -> int:
        kept = self.flash.kept(KEPT) or ""
        is_number = len(kept) == 1 and kept in "0123456789"
        return int(kept) if is_number else 0

    def _keep(self, text: str | None) -> None:
        try:
            self.flash.keep(KEPT, text)
        except OSError as failure:
            self.log(f"boots are not counted: {failure}")
