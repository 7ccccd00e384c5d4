"""Reads connections and their credentials from Prefect."""

import logging
import re
from typing import Any, NamedTuple, Protocol

from prefect.blocks.core import Block
from prefect.exceptions import PrefectHTTPStatusError
from pydantic import ValidationError

from deployments.web.flow_runs import new_client
from flows.registry import Pair

NAME = re.compile(r"[a-z0-9-]{1,200}")  # all that a block's name may be made of

logger = logging.getLogger(__name__)


class Load(Protocol):
    """Returns the credentials block of one vendor that a connection of this pair names; None if there is none."""

    async def __call__(self, pair: Pair, connection: str, system: str) -> Block | None:
        """Any exception means that it cannot be known now."""


class LoadAll(Protocol):
    """Returns the credentials block of one vendor by connection, for every connection of this pair that has one."""

    async def __call__(self, pair: Pair, system: str) -> dict[str, Block]:
        """Any exception means that they cannot be known now."""


class Named(NamedTuple):
    """A credentials block, and the name that it is saved under."""

    name: str
    block: Any


async def named_in_prefect(pair: Pair, connection: str, system: str) -> Named | None:
    """Returns the credentials block as Prefect has it, with its name; None if it or the connection does not exist."""
    try:
        rules = await pair.connection.aload(connection)
        name = getattr(rules, system)
        return Named(name, await pair.connection.systems[system].aload(name))
    except ValueError:
        return None


async def load_from_prefect(pair: Pair, connection: str, system: str) -> Block | None:
    """Returns the credentials block as Prefect has it; None if it or the connection does not exist."""
    found = await named_in_prefect(pair, connection, system)
    return found.block if found else None


async def load_all_from_prefect(pair: Pair, system: str) -> dict[str, Block]:
    """Returns the credentials block of every connection of the pair, in two readings however many there are."""
    connections = await _every(pair.connection)
    if not connections:
        return {}
    credentials = await _every(pair.connection.systems[system])
    named = {name: getattr(rules, system) for name, rules in connections.items()}
    return {name: credentials[block] for name, block in named.items() if block in credentials}


async def _every(kind: type[Block]) -> dict[str, Any]:
    """Returns the blocks of one type by name; one that is not valid any more is left out."""
    found = {}
    async with await new_client() as client:
        try:
            documents = await client.read_block_documents_by_type(kind.get_block_type_slug(), include_secrets=True)
        except PrefectHTTPStatusError as error:
            if error.response.status_code == 404:  # no block of this type was ever stored
                return {}
            raise
    for document in documents:
        try:
            found[document.name or ""] = kind.model_validate(document.data)
        except ValidationError:
            logger.warning("the block %s/%s is not valid", kind.get_block_type_slug(), document.name)
    return found
