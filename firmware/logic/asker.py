# Who asks the server again and again: what follows from a failure and from a good answer. Belongs
# here: what the polls and the pairing share. Does not: what is asked (poll.py, pairing.py).

from firmware.logic.backoff import LAST_MS, Backoff
from firmware.logic.check import AnswerError, whole

OFFLINE_FAILURES = 3
NEXT_POLL_S_MIN = 1
NEXT_POLL_S_MAX = 300
# A host may need its time-out for each step of an exchange.
TIME_OUTS = 4


class Asker:
    # `pause_ms` is the longest that the server, or the config, makes it wait.
    def __init__(self, parts, name: str, pause_ms: int = 0) -> None:
        self.parts = parts
        self.hal = parts.hal
        self.known = parts.known
        self.name = name
        self.backoff = Backoff(parts.hal)
        self.failures = 0
        self.turn_ms = (
            max(pause_ms, NEXT_POLL_S_MAX * 1000, LAST_MS)
            + TIME_OUTS * parts.config.http_timeout_ms
        )

    # Only the third failure in a row raises the flag: one path that goes on failing does not make
    # it flicker while the others get good answers.
    def count_failure(self) -> None:
        self.failures += 1
        self.parts.marks.miss()
        if self.failures == OFFLINE_FAILURES:
            self.known.mark_offline(True)

    def went_well(self) -> None:
        self.failures = 0
        self.parts.marks.hear()
        self.known.mark_offline(False)

    # `read` takes what the answer says and gives the pause before the next time.
    def believe(self, read, answer: dict) -> int:
        try:
            pause_ms = read(answer)
        except AnswerError as failure:
            self.hal.log(f"{self.name} answered garbage: {failure}")
            self.count_failure()
            return self.backoff.next_ms()
        self.went_well()
        return pause_ms


# How long to wait until the server has something new to say; within bounds, whatever it says.
def next_poll_ms(answer: dict) -> int:
    next_poll_s = whole(answer, "next_poll_s")
    return min(max(next_poll_s, NEXT_POLL_S_MIN), NEXT_POLL_S_MAX) * 1000
