"""Runs the pair again and again and kills it: `python -m tests.e2e.killing PAIR CONNECTION KILLS SEED LONGEST`.

Each run is a process of its own, forked from this one after all was imported, so that the kill falls into the run and
not into its start. Prints one line of JSON: how many runs were killed, and how many ended by themselves.
"""

import asyncio
import json
import multiprocessing
import random
import sys
import time

from flows.registry import PAIRS


def one_run(pair: str, connection: str) -> None:
    """Runs the pair once, in this process."""
    flow = PAIRS[pair].flow
    asyncio.run(flow(connection=connection, return_state=True))


def main(pair: str, connection: str, kills: int, seed: int, longest: float) -> None:
    """Kills `kills` runs at random moments within `longest` seconds, then lets one come to its end."""
    forking = multiprocessing.get_context("fork")  # safe, because this process has one thread
    chance, killed, ended = random.Random(seed), 0, 0
    while killed < kills and ended < 5 * kills:
        run = forking.Process(target=one_run, args=(pair, connection))
        run.start()
        run.join(timeout=chance.uniform(longest / 4, longest))
        if run.is_alive():
            run.kill()
            killed += 1
        else:
            ended += 1
            longest = max(0.8, 0.8 * longest)  # little is left to do, so the kill must come sooner
        run.join()
    started = time.monotonic()
    last = forking.Process(target=one_run, args=(pair, connection))
    last.start()
    last.join(timeout=300)
    print(json.dumps({"killed": killed, "ended": ended, "last": last.exitcode, "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
