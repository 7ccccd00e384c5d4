"""Who may sign in: the Web Connector that knows a connection's user name and password."""

import hashlib
import logging
from collections.abc import Iterable
from hmac import compare_digest
from typing import NamedTuple

from blocks.quickbooks_desktop.account import QuickBooksDesktopAccount
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from deployments.web.desk import Desk
from deployments.web.endpoints import MISS, Endpoint
from deployments.web.web_connector.tickets import SYSTEM

NOBODY = QuickBooksDesktopAccount("", "")

logger = logging.getLogger(__name__)


class Door(NamedTuple):
    """A connection that a Web Connector may sign in to."""

    pair: str
    connection: str
    account: QuickBooksDesktopAccount


async def doors(desk: Desk, connection: str, newer_than: float | None = None) -> list[Door]:
    """Returns the connections at this address, one for each pair at most.

    Raises:
        UnreachableError: they cannot be read now.
    """
    found = await desk.endpoints.find(SYSTEM, connection, newer_than)
    return [Door(one.pair, one.connection, account) for one in found if (account := _account(one))]


async def admitted(desk: Desk, connection: str, username: str, password: str) -> Door | None:
    """Returns the connection whose user name and password these are; None, after a delay, if there is none.

    Nobody learns whether the connection, the name or the password was wrong.

    Raises:
        UnreachableError: nobody can tell now.
    """
    door = _opened(await doors(desk, connection), username, password)
    if door is None:  # the password may have been changed a moment ago
        door = _opened(await doors(desk, connection, newer_than=MISS), username, password)
    if door is not None:
        return door
    whom = connection[:200]
    failures = desk.brake.failed(f"{SYSTEM} {whom}")
    if failures & (failures - 1) == 0:  # the 1st, 2nd, 4th, 8th ...: guessing must not fill the log
        logger.warning(
            "a Web Connector was refused at %a: wrong connection, user name or password (%d lately)",
            whom[:80],
            failures,
        )
    await desk.brake.hold(failures)
    return None


def _opened(found: Iterable[Door], username: str, password: str) -> Door | None:
    opened = None
    for door in [Door("", "", NOBODY), *found]:  # as long for nobody's connection as for somebody's
        same_name = compare_digest(_digest(door.account.username), _digest(username))
        same_password = compare_digest(_digest(door.account.password), _digest(password))
        if same_name & same_password and door.account.password:
            opened = door
    return opened


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _account(endpoint: Endpoint) -> QuickBooksDesktopAccount | None:
    block = endpoint.credentials
    return block.account if isinstance(block, QuickBooksDesktopCredentials) else None
