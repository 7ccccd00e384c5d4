"""Step 1: both systems know us, or a person learns which one does not and why."""

from typing import Protocol

from prefect import task

from tasks.naming import renamed
from tasks.retry import PATIENT


class Reachable(Protocol):
    """A vendor's client that can sign in."""

    async def ready(self) -> str:
        """There is a session, the shared one or a new one; returns which account it opens, without secrets."""
        ...


@task(name="authenticate", task_run_name="authenticate {system}", **PATIENT)
async def authenticate(system: str, client: Reachable) -> None:
    """The system accepts the credentials; the session is shared with every other process.

    Raises:
        CredentialsError: it does not; a person must renew them.
    """
    renamed(f"authenticate {system}: {await client.ready()}")
