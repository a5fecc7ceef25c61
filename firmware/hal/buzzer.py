# The buzzer: tones one after the other on a PWM pin, while the pet does other things. Belongs here:
# playing them. Does not: which and when (the roles of logic/).

TYPE_CHECKING = False
if TYPE_CHECKING:
    import machine

LOUD = 32_768  # half of the time on, of 65,536
SILENT = 0
GAP_MS = 60  # between two tones, so that they are two
TONES_MAX = 4


class Buzzer:
    def __init__(self, hal, pwm: "machine.PWM") -> None:
        self.hal = hal
        self.pwm = pwm
        self.tones: list = []
        self.asked = hal.event()

    # More than a few would go on long after their reason.
    def play(self, hz: int, ms: int) -> None:
        if len(self.tones) < TONES_MAX:
            self.tones.append((hz, ms))
            self.asked.set()

    def silence(self) -> None:
        self.tones = []
        self.pwm.duty_u16(SILENT)

    # Plays one tone. Whatever goes wrong, it falls silent.
    async def turn(self) -> None:
        while not self.tones:
            self.asked.clear()
            await self.hal.wait(self.asked)
        hz, ms = self.tones.pop(0)
        try:
            self.pwm.freq(hz)
            self.pwm.duty_u16(LOUD)
            await self.hal.sleep_ms(ms)
        finally:
            self.pwm.duty_u16(SILENT)
        await self.hal.sleep_ms(GAP_MS)
