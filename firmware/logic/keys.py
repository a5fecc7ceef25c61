# Idempotency keys: one for each thing the pet asks, never used again, not even after a restart.


class Keys:
    def __init__(self, device_id: str, boot_id: int) -> None:
        self.prefix = f"{device_id}-{boot_id:08x}"
        self.sequence = 0

    def next(self) -> str:
        self.sequence += 1
        return f"{self.prefix}-{self.sequence}"
