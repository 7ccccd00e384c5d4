"""Runs of a pair that are killed, as a test sees them: `tests.e2e.killing` in a process of its own."""

import json
import subprocess

from tests.e2e.driving import PYTHON, Driven


def killed(it: Driven, kills: int, seed: int, longest: float) -> dict[str, float]:
    """Has the connection's runs killed within `longest` seconds, and one finished; returns what the killer says."""
    done = subprocess.run(
        [PYTHON, "-m", "tests.e2e.killing", it.pair, it.connection, str(kills), str(seed), str(longest)],
        env={**it.environment, "PREFECT_LOGGING_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert told["last"] == 0, done.stderr[-3000:]
    return told
