# What lives on the heap of a pet that draws, part by part, in bytes. The last line is what the VM
# itself says of the pieces that are free. Only where a VM can tell:
#
#     micropython -m firmware.hal.virtual.heap

import gc

HOUR_MS = 3_600_000

# In this order, since a part also counts what it is the first to import.
PARTS = (
    ("virtual world", "firmware.hal.virtual.board"),
    ("virtual world", "firmware.hal.virtual.server"),
    ("virtual world", "firmware.hal.virtual.script"),
    ("logic", "firmware.logic.pet"),
    ("drawing", "firmware.hal.virtual.drawn"),
)


# None where nobody can tell.
def living_bytes() -> int | None:
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else None


class Scale:
    def __init__(self, write) -> None:
        self.write = write
        self.bytes = 0

    # What came to live on the heap since the last time, for one part.
    def weigh(self, part: str) -> None:
        before, self.bytes = self.bytes, living_bytes() or 0
        self.write(f"{part}: {self.bytes - before}")


def run(write=print) -> None:
    scale = Scale(write)
    scale.weigh("before")
    for part, module in PARTS:
        __import__(module)
        scale.weigh(part)
    board = _board()
    scale.weigh("virtual world")
    _start(board)
    board.kernel.run(HOUR_MS)
    scale.weigh("running")
    write(f"all: {scale.bytes}")
    __import__("micropython").mem_info()


# What is imported here is there already, and weighed.
def _board():
    from firmware.hal.virtual.drawn import DrawnBoard  # noqa: PLC0415
    from firmware.hal.virtual.script import FAULTS, PLAN, PRESSES  # noqa: PLC0415
    from firmware.hal.virtual.server import VirtualServer  # noqa: PLC0415

    return DrawnBoard(VirtualServer(PLAN), _nowhere, FAULTS, PRESSES)


def _start(board) -> None:
    from firmware.logic.config import Config  # noqa: PLC0415
    from firmware.logic.pet import Pet  # noqa: PLC0415

    board.spawn("pet", Pet(board, Config("audrey öz", "pet-1")).run())


def _nowhere(_line: str) -> None:
    pass


if __name__ == "__main__":
    run()
