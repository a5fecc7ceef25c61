# What goes onto a board, and nothing else does: `task firmware:build` reads this list. Written as a
# manifest of MicroPython, so that an image of one's own can hold the pet frozen: the manifest of
# such an image includes the port's own and this one.
#
# Room for more: an update over the air would be hal/update.py, which fetches files into
# /petcore-next, as `task firmware:deploy` does, and keeps the old ones until mark_good() was
# called.

package("firmware", ("__init__.py",), base_path="..")  # noqa: F821
package("firmware/logic", base_path="..")  # noqa: F821
package("firmware/drawing", base_path="..")  # noqa: F821
package(  # noqa: F821
    "firmware/hal",
    (
        "__init__.py",
        "board.py",
        "boots.py",
        "buttons.py",
        "buzzer.py",
        "canvas.py",
        "connection.py",
        "esp32.py",
        "flash.py",
        "http.py",
        "http_head.py",
        "pins.py",
        "safe_mode.py",
        "settings.py",
        "settings_rules.py",
        "sound.py",
        "ssd1306.py",
        "start.py",
        "stream.py",
        "talking.py",
        "tasks.py",
        "wifi.py",
    ),
    base_path="..",
)
module("main.py")  # noqa: F821
