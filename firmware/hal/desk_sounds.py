# Ears and voice of a pet on a desk computer: WAV files of one folder. It hears the one that it is
# told to, at the pace of the one who speaks there, and writes what it speaks into spoken.wav, at
# the pace of an amplifier. Belongs here: samples of files. Does not: where they go (talking.py).

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io

HEARD_HZ = 16_000
SPOKEN_HZ = 22_050
SAMPLE_LEN = 2
HEAD_LEN = 44
# What an amplifier takes before it has spoken anything.
AHEAD_LEN = 8_192
SPOKEN = "spoken.wav"
SPOKEN_HEAD = (
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0"
    b"data\xff\xff\xff\xff"
)


# How many bytes of sound pass at a rate in so many milliseconds, of whole samples.
def length_of(ms: int, rate: int) -> int:
    return ms * rate // 1_000 * SAMPLE_LEN


class DeskMicrophone:
    # `hal` knows the time.
    def __init__(self, hal, folder: str) -> None:
        self.hal = hal
        self.folder = folder
        self.file: "io.BufferedIOBase | None" = None
        self.next = ""  # the name of what it is to hear when it starts
        self.began_at = 0
        self.read_len = 0
        self.is_held = False

    # The next thing that it is to hear: a WAV of 16,000 Hz, 16 bits, mono. False without one.
    def hold(self, name: str) -> bool:
        try:
            self._opened(name).close()
        except OSError:
            return False
        self.next = name
        self.is_held = True
        return True

    def start(self) -> bool:
        self.began_at = self.hal.ticks_ms()
        self.read_len = 0
        name, self.next = self.next, ""
        self.file = self._opened(name)
        self.file.read(HEAD_LEN)
        return True

    def _opened(self, name: str) -> "io.BufferedIOBase":
        return open(f"{self.folder}/{name}", "rb")

    def read(self, view) -> int:
        if self.file is None:
            return 0
        passed_ms = self.hal.ticks_diff(self.hal.ticks_ms(), self.began_at)
        most = min(len(view), length_of(passed_ms, HEARD_HZ) - self.read_len)
        if most <= 0:
            return 0
        count = self.file.readinto(view[:most])
        self.read_len += count
        if count < most:
            self.is_held = False
        return count // SAMPLE_LEN * SAMPLE_LEN

    # Whoever is to be heard next holds the button already.
    def stop(self) -> None:
        self.is_held = bool(self.next)
        if self.file is not None:
            self.file.close()
            self.file = None


class DeskAmplifier:
    def __init__(self, hal, folder: str) -> None:
        self.hal = hal
        self.path = f"{folder}/{SPOKEN}"
        self.file: "io.BufferedIOBase | None" = None
        self.began_at = 0
        self.spoken_len = 0

    def start(self) -> bool:
        self.began_at = self.hal.ticks_ms()
        self.spoken_len = 0
        self.file = self._opened()
        self.file.write(SPOKEN_HEAD)
        return True

    def _opened(self) -> "io.BufferedIOBase":
        return open(self.path, "wb")

    def write(self, view) -> int:
        passed_ms = self.hal.ticks_diff(self.hal.ticks_ms(), self.began_at)
        room = AHEAD_LEN + length_of(passed_ms, SPOKEN_HZ) - self.spoken_len
        count = min(len(view), room)
        if self.file is None or count <= 0:
            return 0
        self.file.write(view[:count])
        self.spoken_len += count
        return count

    def stop(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None
