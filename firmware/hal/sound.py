# Sound on I2S: a microphone that gives 24 bits in slots of 32 (INMP441 and its likes, on the left
# channel), an amplifier (MAX98357A and its likes). Belongs here: samples of 16 bits to and from the
# chip, without waiting. Does not: where they go (talking.py).
#
# Each takes its memory from the chip only while it is used. A poll of a bus makes the chip's module
# read and write as much as it can at once, instead of holding everybody up.

import select

import machine

HEARD_HZ = 16_000
SPOKEN_HZ = 22_050
BITS = 16
# A microphone's slots come as frames of 8 bytes, of which 2 stay: about an eighth of a second. What
# is not fetched in this time is lost.
HEARD_BYTES = 16_384
SPOKEN_BYTES = 8_192  # a sixth of a second or more
# A voice at an arm's length is 50 dB below what the microphone can bear: louder by 18 dB, less what
# a louder one has to spare. A board has no time to look at every sample, so of those it looks at
# none may come nearer to the end of 16 bits than 6 dB: beyond it they would wrap.
LOUDER_BITS = 3
LOOKED_AT = 16  # bytes from one such sample to the next
SPARE_BITS = 6  # of seven without the sign
CALM_READS = 50  # about a second


# One of the two, on the chip's bus of that number: 0 hears, 1 speaks.
class Sound:
    def __init__(self, number: int, sck: int, ws: int, sd: int) -> None:
        self.number = number
        self.pins = (sck, ws, sd)
        self.bus: machine.I2S | None = None
        self.louder = LOUDER_BITS
        self.calm_reads = 0

    # False if the chip has no memory for it.
    def start(self) -> bool:
        sck, ws, sd = [machine.Pin(pin) for pin in self.pins]
        try:
            self.bus = machine.I2S(
                self.number,
                sck=sck,
                ws=ws,
                sd=sd,
                mode=machine.I2S.TX if self.number else machine.I2S.RX,
                bits=BITS,
                format=machine.I2S.MONO,
                rate=SPOKEN_HZ if self.number else HEARD_HZ,
                ibuf=SPOKEN_BYTES if self.number else HEARD_BYTES,
            )
        except OSError:
            return False
        self.poller = _poller()
        self.poller.register(self.bus, select.POLLOUT if self.number else select.POLLIN)
        return True

    # What it has heard, into the view; how many bytes, 0 if there is nothing yet.
    def read(self, view) -> int:
        if self.bus is None or not self.poller.poll(0):
            return 0
        count = self.bus.readinto(view) or 0
        self._judge(view, count)
        machine.I2S.shift(buf=view[:count], bits=BITS, shift=self.louder)
        return count

    # Softer at once, louder again after a while. A bit is 6 dB.
    def _judge(self, view, count: int) -> None:
        bits = LOUDER_BITS
        for place in range(1, count, LOOKED_AT):
            size = min(view[place], 0xFF - view[place])
            while bits and size >> (SPARE_BITS - bits):
                bits -= 1
        self.calm_reads = self.calm_reads + 1 if bits > self.louder else 0
        if bits < self.louder:
            self.louder = bits
        elif self.calm_reads >= CALM_READS:
            self.louder += 1
            self.calm_reads = 0

    # How many bytes of the view it has room for now.
    def write(self, view) -> int:
        if self.bus is None or not self.poller.poll(0):
            return 0
        return self.bus.write(view) or 0

    def stop(self) -> None:
        bus, self.bus = self.bus, None
        if bus is not None:
            bus.deinit()


# Only MicroPython polls what is no file.
def _poller():
    return select.poll()
