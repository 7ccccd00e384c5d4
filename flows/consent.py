"""A consent that a person must give in the browser: where, and how long it is still good."""

from datetime import UTC, datetime
from typing import Protocol

from prefect import get_run_logger
from prefect.artifacts import acreate_link_artifact

from blocks.errors import ConsentNeededError, VendorError
from flows.connection import Connection
from tasks.state.settings import StateSettings


class Expiring(Protocol):
    """A vendor's client whose consent comes to an end."""

    async def consent(self) -> "Ending | None":
        """Returns what is known of the consent, without a call; None before the first sign-in."""
        ...


class Ending(Protocol):
    """When a consent ends."""

    def warning(self, now: datetime) -> str:
        """Returns a sentence if the end is near, else nothing."""
        ...


def with_link(kind: type[Connection], name: str, error: VendorError) -> VendorError:
    """Returns the error; one that only a new consent cures tells where to give it."""
    if not isinstance(error, ConsentNeededError) or error.system not in kind.consents:
        return error
    link = link_for(kind, name, error.system)
    remedy = f"Open {link} and connect the company; the next run goes on by itself."
    return ConsentNeededError(f"{error}; give it at {link}", system=error.system, code=error.code, remedy=remedy)


def link_for(kind: type[Connection], name: str, system: str) -> str:
    """Returns the address of the page where a person gives consent for this connection."""
    return StateSettings().web_address + kind.consents[system].format(connection=name)


async def leave_link(kind: type[Connection], name: str, error: VendorError) -> None:
    """The link stands among the run's artifacts, if the error is one that only a new consent cures."""
    if isinstance(error, ConsentNeededError) and error.system in kind.consents:
        await acreate_link_artifact(
            link=link_for(kind, name, error.system),
            link_text=f"Connect {error.system} again",
            key=f"{kind.pair}-{name}-consent".lower().replace("_", "-"),
            description=f"{error}. The connection stops until then; nothing that waits is lost.",
        )


async def warn_of_its_end(client: Expiring) -> None:
    """The run's log warns of a consent that ends soon."""
    consent = await client.consent()
    if consent is not None and (said := consent.warning(datetime.now(UTC))):
        get_run_logger().warning(said)
