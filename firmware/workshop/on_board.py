"""The few lines that run on the board itself while its maker works on it, as text for mpremote.

Here: MicroPython, as strings. It uses nothing of ours: what is on the board may be broken. A pet
that ran before has started the watchdog, which nothing can stop; so whoever works here for long
gives it time, and the reset at the end makes all as it was.

Not here: what is done with the answers.
"""

# Where things are on a board; main.py and firmware/hal/start.py say so there.
SETTINGS = "/settings.json"
KEPT = "/kept"
PAIRING = tuple(f"{KEPT}/{name}" for name in ("token", "pairing", "outbox"))
# Whoever works on a board is the reason of its early boots, and not what is on it.
BOOTS = f"{KEPT}/boots"
LINE_BYTES = 200
"""So much of the first line of a ``main.py`` says whose it is."""

# First of all: what is at the other end of the cable must be a board, or the pretend board. A VM
# that stands on a computer would change that computer's files.
REQUIRE_BOARD = """
import sys, machine
if sys.platform != "esp32" and not hasattr(machine, "PRETEND"):
    raise OSError(1, "this is no ESP32 but " + sys.implementation._machine)
"""

GIVE_TIME = (
    REQUIRE_BOARD
    + """
try:
    import machine
    machine.WDT(timeout=600000).feed()
except Exception:
    pass
"""
)

_SUMS = """
import os, sys, json, hashlib, binascii

def kind_of(path):
    try:
        return "folder" if os.stat(path)[0] & 0x4000 else "file"
    except OSError:
        return ""

def sum_of(path):
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            piece = file.read(512)
            if not piece:
                return binascii.hexlify(total.digest()).decode()
            total.update(piece)

def files_in(path, found):
    kind = kind_of(path)
    if kind == "file":
        found.append(path)
    if kind == "folder":
        for entry in os.ilistdir(path):
            files_in(path + "/" + entry[0], found)
    return found
"""

# The sums of all files in `roots`, how main.py begins (in hexadecimal), the bytes that are free,
# and what MicroPython this is.
LOOK = (
    GIVE_TIME
    + _SUMS
    + """
free = os.statvfs("/")
files = {{}}
for root in {roots!r}:
    for path in files_in(root, []):
        files[path] = sum_of(path)
try:
    with open("/main.py", "rb") as file:
        first_line = binascii.hexlify(file.readline({line_bytes})).decode()
except OSError:
    first_line = ""
print(json.dumps({{
    "files": files,
    "first_line": first_line,
    "free": free[0] * free[3],
    "block": free[0],
    "platform": sys.platform,
    "machine": sys.implementation._machine,
    "version": ".".join(str(part) for part in sys.implementation[1][:3]),
    "mpy": getattr(sys.implementation, "_mpy", 0) & 255,
}}))
"""
)

# Folders, each after the one it stands in.
MAKE_FOLDERS = (
    REQUIRE_BOARD
    + """
import os
for folder in {folders!r}:
    try:
        os.mkdir(folder)
    except OSError:
        pass
"""
)

# Puts files that were copied beside into their places, in this order, if each of them arrived
# whole; then removes what is no longer wanted, and folders that are empty by that.
SWITCH = (
    GIVE_TIME
    + _SUMS
    + """
def rename(old, new):
    try:
        os.rename(old, new)
    except OSError:
        os.remove(new)
        os.rename(old, new)

def remove_empty(path):
    for entry in list(os.ilistdir(path)):
        if entry[1] & 0x4000:
            remove_empty(path + "/" + entry[0])
    if not list(os.ilistdir(path)):
        os.rmdir(path)

moves = {moves!r}
broken = [old for old, new, wanted in moves if sum_of(old) != wanted]
if broken:
    raise OSError(5, "arrived broken: " + broken[0])
for old, new, wanted in moves:
    rename(old, new)
for path in {removed!r}:
    os.remove(path)
for path in {emptied!r}:
    if kind_of(path) == "folder":
        remove_empty(path)
if hasattr(os, "sync"):
    os.sync()
"""
)

# A file as text, null if it is not there, and what this board is.
READ = (
    GIVE_TIME
    + """
import json, sys
try:
    with open({path!r}) as file:
        text = file.read()
except OSError:
    text = None
print(json.dumps({{"text": text, "machine": sys.implementation._machine}}))
"""
)

# Removes what is there of these, and says what was.
FORGET = (
    REQUIRE_BOARD
    + """
import os
for path in {paths!r}:
    try:
        os.remove(path)
        print("forgot " + path)
    except OSError:
        pass
"""
)
