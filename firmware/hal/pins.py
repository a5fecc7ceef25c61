# Which pins of which chip may carry what: tables of the chips' data sheets, and which chip this is.
# Does not belong here: driving a pin.

import sys

ESP32 = "esp32"
ESP32S3 = "esp32s3"

DEFAULTS = {
    ESP32: {"scl": 22, "sda": 21, "first_button": 32, "second_button": 33, "buzzer": 25},
    ESP32S3: {"scl": 9, "sda": 8, "first_button": 4, "second_button": 5, "buzzer": 6},
}

# What a board may have besides, and nobody means unless it is told: of each row all pins or none.
# Who cannot hear has nothing to say, so the second row wants the first.
MICROPHONE = ("mic_sck", "mic_ws", "mic_sd", "talk_button")
AMPLIFIER = ("amp_sck", "amp_ws", "amp_sd")
WANTED = ((MICROPHONE, MICROPHONE), (AMPLIFIER, AMPLIFIER), (AMPLIFIER, MICROPHONE))

# Whatever is in no row of a chip and not above its last pin may be used.
LAST = {ESP32: 39, ESP32S3: 48}
REFUSED = {
    ESP32: (
        ((20, 24, 28, 29, 30, 31), "does not exist on this chip"),
        ((6, 7, 8, 9, 10, 11), "is where the flash is connected"),
        ((1, 3), "is the serial line that the board is programmed by"),
        ((0, 2, 5, 12, 15), "decides at power-on how the chip starts (strapping pin)"),
        ((34, 35, 36, 37, 38, 39), "can only be an input and has no pull-up"),
    ),
    ESP32S3: (
        ((22, 23, 24, 25), "does not exist on this chip"),
        ((26, 27, 28, 29, 30, 31, 32), "is where the flash is connected"),
        ((33, 34, 35, 36, 37), "is where some modules have their memory connected"),
        ((19, 20), "is the USB line that the board is programmed by"),
        ((43, 44), "is the serial line that the board is programmed by"),
        ((0, 3, 45, 46), "decides at power-on how the chip starts (strapping pin)"),
    ),
}


# Why a pin may not be used, as the end of a sentence; "" when it may.
def refusal(board: str, pin: int) -> str:
    if pin < 0 or pin > LAST[board]:
        return "does not exist on this chip"
    for refused, reason in REFUSED[board]:
        if pin in refused:
            return reason
    return ""


# The chip that this runs on, as settings name it.
def chip_here() -> str:
    machine = getattr(sys.implementation, "_machine", "")
    return ESP32S3 if "ESP32S3" in machine else ESP32
