# No task of the pet ends. What goes wrong in a turn is logged, and after a pause comes the next
# turn.

PAUSE_MS = 5_000


async def forever(hal, name: str, turn) -> None:
    while True:
        try:
            await turn()
        except Exception as failure:
            hal.log(f"{name} stumbled: {type(failure).__name__} {failure}")
            await hal.sleep_ms(PAUSE_MS)
