"""The plainest device there is: reminds to drink, has one button, knows nothing of prompts, of
Pomodoros and of pairing. It keeps its promises all the same.

    python plain_device.py PORT TIME_SCALE
"""

import json
import os
import random
import select
import sys
from http.client import HTTPConnection, HTTPException

PORT, SCALE = int(sys.argv[1]), int(sys.argv[2])
PERIOD_S, WAIT_S_MAX, TIMEOUT_S = 30, 60, 1
chance = random.Random()


def ask(method: str, path: str, key: str, body: object = None) -> object:
    """Give the answer; None when it cannot be used."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT_S)
    headers = {"Idempotency-Key": key}
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read(4_000))
    except (OSError, HTTPException, ValueError, RecursionError):
        return None
    else:
        return told if answer.status == 200 else None
    finally:
        connection.close()


def show(name: str, *, offline: bool) -> None:
    """Tell what is on the screen."""
    sys.stdout.write(f"screen {json.dumps([name, '', '', offline])}\n")
    sys.stdout.flush()


def pressed(seconds: float) -> bool:
    """Wait, at most so long, for somebody to press the button."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds / SCALE)
    if not ready:
        return False
    # All that was said, past the buffer of Python, which select cannot see.
    lines = os.read(sys.stdin.fileno(), 1_000).decode().splitlines()
    if not lines or "quit" in lines:
        sys.exit()
    return "short" in lines


def main() -> None:
    """Poll until nobody is left to tell anything."""
    number, tries, reminds, acknowledging = 1, 0, False, ""
    show("IDLE", offline=False)
    while True:
        told = ask("GET", "/api/water/poll?user_id=ann", f"plain-{number}")
        is_good = isinstance(told, dict) and isinstance(told.get("remind_now"), bool)
        tries = 0 if is_good else tries + 1
        if is_good and isinstance(told, dict):
            number += 1
            reminds = reminds or told["remind_now"]
        if acknowledging and ask("POST", "/api/water/ack", acknowledging, {"user_id": "ann"}):
            acknowledging = ""
        show("WATER_DROP" if reminds else "IDLE", offline=tries > 2)
        wait_s = min(2 ** min(tries, 6), WAIT_S_MAX) * (0.5 + chance.random() / 2)
        if pressed(wait_s if tries or acknowledging else PERIOD_S) and reminds:
            reminds, acknowledging = False, f"plain-ack-{number}"


main()
