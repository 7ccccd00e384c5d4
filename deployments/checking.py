"""Tells whether a connection is ready to run: what was asked of both systems, and how good the answers are."""

import json

from blocks.errors import ConfigurationError, CredentialsError, TransientError
from deployments.config import Settings
from deployments.naming import split_name
from deployments.tables import console, print_table
from flows.checks import Findings, examined
from flows.registry import PAIRS

READY, NOT_READY, WRONG, UNREACHABLE = 0, 1, 2, 3


async def check(connection: str, *, as_json: bool) -> int:
    """Prints what was found about the connection and returns the exit status; nothing is written to either system.

    Raises:
        ConfigurationError: there is no such connection, or several; the text says what to write.
    """
    pair, name = await applied_connection(connection)
    declared = PAIRS[pair]
    if declared.checks is None:
        raise ConfigurationError(f"the pair {pair} has nothing to check")
    found = await examined(
        declared.connection, name, declared.checks, public_url=Settings().public_url, announces=declared.announces
    )
    rows = [row for part in found for row in part.rows]
    if as_json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
    else:
        lines = ((row.system, row.what, row.verdict, row.detail) for row in rows)
        print_table(console(), ("system", "what", "verdict", "detail"), lines, f"{pair}/{name}")
    return exit_status(found)


async def applied_connection(connection: str) -> tuple[str, str]:
    """Returns the pair and the name of a connection that was applied, whether or not it has run.

    Raises:
        ConfigurationError: none or several fit; the text says what to write.
    """
    asked, name = split_name(connection)
    if asked and asked not in PAIRS:
        raise ConfigurationError(f"there is no pair {asked!r}; there are {', '.join(PAIRS)}")
    found = []
    for pair in [asked] if asked else PAIRS:
        try:
            await PAIRS[pair].connection.named(name)
        except ConfigurationError:
            continue
        found.append(pair)
    if len(found) > 1:
        either = " or ".join(f"{one}/{name}" for one in found)
        raise ConfigurationError(f"several pairs have a connection {name!r}: write {either}")
    if not found:
        remedy = "Run `ml-connector apply` with the connection file."
        raise ConfigurationError(f"there is no connection {connection!r}.", remedy=remedy)
    return found[0], name


def exit_status(found: list[Findings]) -> int:
    """Returns 3 for a system out of reach or a refused login, 2 for a wrong address, 1 for any other failure."""
    errors = [error for part in found for error in part.errors]
    if any(isinstance(error, TransientError | CredentialsError) for error in errors):
        return UNREACHABLE
    if any(isinstance(error, ConfigurationError) for error in errors):
        return WRONG
    verdicts = {row.verdict for part in found for row in part.rows}
    return NOT_READY if verdicts & {"error", "disabled"} else READY
