"""``python -m tests.promises [sweep.json ...]`` writes ``docs/promises.md``.

Each summary that ``petsim sweep --out`` left takes the place of what was measured of its preset.
"""

import argparse
import json
from pathlib import Path

from tests.promises.page import PAGE, Sweep, figures, keep, page


def main() -> None:
    """Take what was measured, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.promises", description=__doc__)
    parser.add_argument("sweeps", nargs="*", type=Path, metavar="sweep.json")
    known = figures()
    sweeps = {sweep.preset: sweep for sweep in known.sweeps}
    for path in parser.parse_args().sweeps:
        told = json.loads(path.read_text(encoding="utf-8"))
        sweep = Sweep(**{name: told[name] for name in Sweep.model_fields})
        sweeps[sweep.preset] = sweep
    found = known.model_copy(update={"sweeps": tuple(sweeps[name] for name in sorted(sweeps))})
    keep(found)
    PAGE.write_text(page(found), encoding="utf-8")
    print(f"page     {PAGE}")


if __name__ == "__main__":
    main()
