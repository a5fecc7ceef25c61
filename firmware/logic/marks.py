# What last moved: the turns of the roles, and the answers of the server. Written by whoever moves,
# read by the watch (watch.py), which decides what follows.


class Marks:
    def __init__(self, hal) -> None:
        self.hal = hal
        self.moved: dict = {}  # when each role last ended a turn, well or not
        self.stumbling: dict = {}  # since when each of its turns has gone wrong
        self.is_heard = False  # something good, since the watch last looked
        self.is_missed = False  # an answer, since something good was heard

    def move(self, name: str) -> None:
        self.moved[name] = self.hal.ticks_ms()
        self.stumbling.pop(name, None)

    def stumble(self, name: str) -> None:
        self.moved[name] = self.hal.ticks_ms()
        if name not in self.stumbling:
            self.stumbling[name] = self.moved[name]

    def hear(self) -> None:
        self.is_heard = True
        self.is_missed = False

    def miss(self) -> None:
        self.is_missed = True
