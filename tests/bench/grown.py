"""``python -m tests.bench.grown PETS DAYS`` lives through a world and says what it took, as JSON:
processor seconds, and at most how many megabytes of memory.
"""

import json
import resource
import sys
from tempfile import TemporaryFile
from time import process_time

from simulator.world import World, run
from tests.bench.day import with_polling

_DAY_H = 24


def main() -> None:
    """Polling when the server says, so that people and judges weigh more than idle polls."""
    pets, days = map(int, sys.argv[1:])
    scenario = with_polling("next").model_copy(update={"hours": _DAY_H * days})
    with TemporaryFile() as trace:
        began = process_time()
        run(World(seed=1, scenario=scenario, pets=pets), trace)
        took = process_time() - began
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"cpu_s": took, "rss_mb": peak_kb / 1024}))


if __name__ == "__main__":
    main()
