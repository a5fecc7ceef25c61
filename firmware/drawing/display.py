# The display: draws the scene that is shown, frame after frame, and lets the panel rest while
# nothing moves. A host that has a panel makes one, spawns its turn (logic/supervise.py) and tells
# it what to show.


class Display:
    # `canvas` is a FrameBuffer; `flush()` is an async function that brings it to the panel.
    def __init__(self, hal, canvas, flush) -> None:
        self.hal = hal
        self.canvas = canvas
        self.flush = flush

    def show(self, scene: tuple, known) -> None:
        raise NotImplementedError

    async def turn(self) -> None:
        raise NotImplementedError
