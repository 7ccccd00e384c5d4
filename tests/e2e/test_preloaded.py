"""Commands of preloaded processes, which most tests here use, are those that people get."""

import subprocess

import pytest

from tests.e2e.driving import PYTHON
from tests.e2e.installation import CONNECTION, Installation
from tests.e2e.preloaded import completed, start

DEBUG = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "DEBUG"}


def test_a_preloaded_command_ends_and_prints_as_the_real_one_does(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=3, invoices=6, flawed=2)
    path = str(it.connection_file())
    for arguments, status in (
        (("apply", path), 0),
        (("check", CONNECTION, "--json"), 0),
        (("run", "qad-bill", CONNECTION, "--dry-run", "--json"), 0),
        (("run", "qad-bill", "nobody"), 2),
        (("apply",), 2),
    ):
        done, real = both(it.environment, *arguments)
        assert (done.returncode, done.stdout) == (real.returncode, real.stdout)
        assert done.returncode == status, done.stderr
        assert done.stderr == real.stderr


def test_a_preloaded_command_logs_as_much_as_its_environment_asks_for(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=1, invoices=1)
    it.apply()
    for environment in (it.environment, it.environment | DEBUG):
        told = [one.stderr for one in both(environment, "run", "qad-bill", CONNECTION, "--dry-run")]
        kinds = [{word for word in ("DEBUG", "prefect.flow_runs", "Finished in state") if word in one} for one in told]
        assert kinds[0] == kinds[1]
    assert "DEBUG" in kinds[0]


@pytest.mark.parametrize("how", ["killed", "timed out"])
def test_a_preloaded_process_that_does_not_end_can_be_ended(installation: Installation, how: str) -> None:
    asked = ("deployments.cli", "sandbox", "--bill-port", "0", "--qad-port", "0", "--quickbooks-port", "0")
    if how == "killed":
        with (installation.home / "log").open("wb") as log:
            process = start(*asked, environment=installation.environment, streams=(log.fileno(),) * 3)
            process.kill()
            assert process.wait(timeout=60) == -9
    else:
        with pytest.raises(TimeoutError, match=r"not ended after 0\.5 s"):
            completed(*asked, environment=installation.environment, timeout=0.5)


def both(environment: dict[str, str], *arguments: str) -> list[subprocess.CompletedProcess[str]]:
    """Returns how the command ended in a preloaded process, and in one of its own."""
    command = [PYTHON, "-m", "deployments.cli", *arguments]
    real = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return [completed("deployments.cli", *arguments, environment=environment), real]
