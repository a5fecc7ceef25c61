# Idempotency keys: one for each thing the pet asks, never used again, not even after a restart.

from firmware.logic.address import quote

# A key is at most 128 visible letters of ASCII, and a device may have a name of 64 of any.
NAME_LEN_MAX = 64


class Keys:
    def __init__(self, device_id: str, boot_id: int) -> None:
        self.prefix = f"{quote(device_id)[:NAME_LEN_MAX]}-{boot_id:08x}"
        self.sequence = 0

    def next(self) -> str:
        self.sequence += 1
        return f"{self.prefix}-{self.sequence}"
