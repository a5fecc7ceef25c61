# The parts that every role of one pet works with, made once. Nothing else in logic makes them.

from firmware.logic.keys import Keys
from firmware.logic.marks import Marks
from firmware.logic.outbox import Outbox
from firmware.logic.state import Known
from firmware.logic.token import Token
from firmware.logic.wire import Wire


class Parts:
    def __init__(self, hal, config) -> None:
        self.hal = hal
        self.config = config
        self.marks = Marks(hal)
        self.known = Known(hal.event(), hal.ticks_diff)
        self.keys = Keys(config.device_id, hal.boot_id())
        self.token = Token(hal, config)
        self.wire = Wire(hal, config.http_timeout_ms, self.token)
        self.outbox = Outbox(hal, self.wire, self.keys, config.http_timeout_ms)
        # What was dealt with before the power went stays so.
        for subject in self.outbox.subjects():
            self.known.settle(subject)
