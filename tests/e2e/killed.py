"""Runs of a pair that are killed, as a test sees them: `tests.e2e.killing` in a process of its own."""

import json

from tests.e2e.driving import Driven
from tests.e2e.preloaded import completed


def killed(it: Driven, kills: int, seed: int, longest: float) -> dict[str, float]:
    """Has the connection's runs killed within `longest` seconds, and one finished; returns what the killer says."""
    asked = (it.pair, it.connection, str(kills), str(seed), str(longest))
    environment = {**it.environment, "PREFECT_LOGGING_LEVEL": "ERROR"}
    done = completed("tests.e2e.killing", *asked, environment=environment, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert told["last"] == 0, done.stderr[-3000:]
    return told
