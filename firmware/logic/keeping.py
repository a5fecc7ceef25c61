# Keeping what the pet can do without: a flash that is full or broken is logged, and the pet goes on
# with what it has in memory.


from firmware.logic.supervise import reason_of


def try_keep(hal, name: str, value: str | None) -> bool:
    try:
        hal.keep(name, value)
    except Exception as failure:
        hal.log(f"cannot keep {name}: {type(failure).__name__} {reason_of(failure)}")
        return False
    return True
