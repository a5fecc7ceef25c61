# The status screen: how the pet fares, for who wants to know. Belongs here: what it says, and the
# press that asks for it. Does not: when it gives way to something else (scene.py).

from firmware.logic.clock import wall


class Status:
    def __init__(self, parts) -> None:
        self.hal = parts.hal
        self.config = parts.config
        self.known = parts.known

    def show(self) -> None:
        config = self.config
        facts = (self.hal.link(), self.hal.address(), config.firmware_version, config.camera_url)
        self.known.show_status(facts, self.hal.ticks_ms())

    def hide(self) -> None:
        self.known.hide_status()


# The lines of the screen as one text.
def status_text(known, now: int) -> str:
    link, address, version, camera_url = known.status[0]
    lines = [
        f"wifi {link or 'none'}",
        f"server {address}",
        f"time {wall(known.clock.minute(now))}",
        f"version {version}",
    ]
    if known.code:
        lines.append(f"code {known.code}")
    if camera_url:
        lines.append(f"camera {camera_url}")
    return "\n".join(lines)
