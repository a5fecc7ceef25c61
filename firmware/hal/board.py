# What a host must give the logic. A host subclasses Board and answers every method; a method it
# forgets refuses. Nothing is made at import, so that one process can hold many boards.
#
# Units: milliseconds and hertz, whole numbers. Ticks wrap at a place that only the host knows: two
# of them are compared by ticks_diff and by nothing else, and lie less than half a wrap apart. The
# logic awaits only the `async def` methods below; how a host lets them wait is its own affair. A
# task is never cancelled. A host that takes the power away closes its coroutines (close()) and is
# done.


class Board:
    # Milliseconds since some moment; wraps.
    def ticks_ms(self) -> int:
        raise NotImplementedError

    # How many milliseconds `later` is after `earlier`; negative when it is before.
    def ticks_diff(self, later: int, earlier: int) -> int:
        raise NotImplementedError

    # Chance, from 0 to 1.
    def rand(self) -> float:
        raise NotImplementedError

    # 32 bits, drawn once at boot: no two boots of a device share them.
    def boot_id(self) -> int:
        raise NotImplementedError

    # A small text that outlasts the power, kept under a short name; None when there is none.
    def kept(self, name: str) -> str | None:
        raise NotImplementedError

    # Keeps a text, or forgets it when it is None. It is safe when this returns.
    def keep(self, name: str, value: str | None) -> None:
        raise NotImplementedError

    def log(self, line: str) -> None:
        raise NotImplementedError

    # Starts a tone and returns at once.
    def tone(self, hz: int, ms: int) -> None:
        raise NotImplementedError

    # Starts a task beside the others and returns at once, before its first step.
    def spawn(self, name: str, coro) -> None:
        raise NotImplementedError

    # A new event with set(), clear() and is_set().
    def event(self):
        raise NotImplementedError

    # Shows a scene (see logic/scene.py) from now on. Called only when it differs from the one
    # before. What moves by itself meanwhile, the seconds of a count, is asked of `known`
    # (logic/state.py).
    def show(self, scene: tuple, known) -> None:
        raise NotImplementedError

    # The link as people read it, such as "-61 dBm"; "" when there is none.
    def link(self) -> str:
        raise NotImplementedError

    # The server as people know it, such as "192.168.1.10:5000".
    def address(self) -> str:
        raise NotImplementedError

    # Feeds the watchdog. Called only when the tasks have moved (logic/watch.py).
    def feed(self) -> None:
        raise NotImplementedError

    # Nothing good was heard for long: makes the link anew, whatever the host believes of it.
    def renew_link(self) -> None:
        raise NotImplementedError

    # The pet has lived well: what counted its boots begins anew, and a new version is kept.
    def mark_good(self) -> None:
        raise NotImplementedError

    async def sleep_ms(self, ms: int) -> None:
        raise NotImplementedError

    # Returns at once when the event is set already. True when it is set, False when the time is
    # over; without timeout_ms it waits as long as it takes. Does not clear the event.
    async def wait(self, event, timeout_ms: int | None = None) -> bool:
        raise NotImplementedError

    # One exchange of JSON over HTTP: (status, object), the object being None when there is none. So
    # may `obj`, a dict to send, and `headers`, a dict of texts.
    # Every failure of the wire, the time-out among them, is an OSError(number, "reason").
    async def http(self, method: str, path: str, obj, headers, timeout_ms: int) -> tuple:
        raise NotImplementedError

    # The next press: "short" or "long" of the first button, "second" of the other one, "talk" when
    # the one to talk by is touched. A press while nobody waits may be kept or lost.
    async def button(self) -> str:
        raise NotImplementedError

    # Whether there are a microphone and a button to talk by. The rest below is asked only of a host
    # that has them.
    def can_talk(self) -> bool:
        return False

    # Whether there is something to speak with.
    def can_speak(self) -> bool:
        raise NotImplementedError

    # Whether the button to talk by is held down.
    def is_talk_held(self) -> bool:
        raise NotImplementedError

    # One thing said, and its answer. What the microphone hears is sent as it comes, as long as
    # `talker` (logic/talk.py) is_listening(): a WAV, in base64, which ends the JSON object `wish`
    # as its field audio_base64. The answer is a stream of events, whose sound is played, while the
    # talker is told to take() the rest. Every 50 ms or sooner he is asked whether he is_listening()
    # or, afterwards, goes_on(). Returns (status, object), the object being that of a refusal, if it
    # can be read. Every failure is an OSError(number, "reason"), with NO_MICROPHONE as its number
    # when that is what fails, and STOPPED when the talker does not go on.
    async def talk(self, path: str, wish: dict, headers: dict, talker) -> tuple:
        raise NotImplementedError
