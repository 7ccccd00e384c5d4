"""Prints the .QWC file, by which a person adds a connection to the QuickBooks Web Connector."""

import sys
from html import escape
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from blocks.errors import ConfigurationError
from blocks.quickbooks_desktop.account import QuickBooksDesktopAccount
from deployments.checking import applied_connection
from deployments.config import Settings
from flows.registry import PAIRS

SYSTEM = "quickbooks_desktop"
SETTING = "ML_CONNECTOR_PUBLIC_URL"
_REMEDY = f"Set {SETTING} to the https address of this server, such as https://sync.example.com, and start it again."
_FILE = """<?xml version="1.0" encoding="utf-8"?>
<QBWCXML>
  <AppName>ml-connector {connection}</AppName>
  <AppID></AppID>
  <AppURL>{url}</AppURL>
  <AppDescription>Keeps QuickBooks and {other} in agreement</AppDescription>
  <AppSupport>{url}</AppSupport>
  <UserName>{username}</UserName>
  <OwnerID>{owner_id}</OwnerID>
  <FileID>{file_id}</FileID>
  <QBType>QBFS</QBType>
  <Scheduler>
    <RunEveryNMinutes>{minutes}</RunEveryNMinutes>
  </Scheduler>
  <IsReadOnly>false</IsReadOnly>
  <PersonalDataPref>pdpNotNeeded</PersonalDataPref>
  <UnattendedModePref>umpOptional</UnattendedModePref>
</QBWCXML>
"""
_NEXT = """Save this as {connection}.qwc on the machine with QuickBooks, and then:
1. Open the company file in QuickBooks, as its Admin and in single-user mode.
2. In the Web Connector choose "Add an application" and pick {connection}.qwc; let QuickBooks allow it.
3. Type the password of the credentials block {block} into the Web Connector's password column.
4. Tick Auto-Run, and choose "Update Selected" for the first run.
"""


async def qwc(connection: str, settings: Settings) -> int:
    """Prints the file on standard output, and what to do with it on standard error; returns the exit status.

    Raises:
        ConfigurationError: there is no such connection, it is not one with QuickBooks Desktop, or the Web Connector
            would not take this server's address.
    """
    pair, name = await applied_connection(connection)
    kind = PAIRS[pair].connection
    if SYSTEM not in kind.systems:
        raise ConfigurationError(f"{pair}/{name} has no QuickBooks Desktop, so that no Web Connector calls for it")
    rules: Any = await kind.named(name)
    credentials = dict(zip(kind.systems, await rules.sides(), strict=True))[SYSTEM]
    other = next(one for one in kind.systems if one != SYSTEM)
    print(description(name, credentials.account, address(settings.public_url), other), end="")
    print(_NEXT.format(connection=name, block=getattr(rules, SYSTEM)), end="", file=sys.stderr)
    return 0


def description(connection: str, account: QuickBooksDesktopAccount, base: str, other: str) -> str:
    """Returns the .QWC file of a connection; it is the same each time, and holds no password.

    Args:
        connection: its name.
        account: the company file.
        base: the address of this server, without a final slash.
        other: the system on the other side, as connections name it.
    """
    return _FILE.format(
        connection=escape(connection),
        url=escape(f"{base}/qbwc/{connection}"),
        other=escape(other.upper()),
        username=escape(account.username),
        owner_id=account.owner_id,
        file_id=account.file_id,
        minutes=account.run_every_minutes,
    )


def address(public_url: str) -> str:
    """Returns the address of this server as the Web Connector takes it, without a final slash.

    Raises:
        ConfigurationError: the Web Connector would refuse it; the text says why.
    """
    base = public_url.strip().rstrip("/")
    if not base:
        raise ConfigurationError(f"{SETTING} is not set", remedy=_REMEDY)
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(f"{SETTING} is not a plain address: {parts.scheme}://...", remedy=_REMEDY)
    if _is_ip_address(parts.hostname):
        raise ConfigurationError(
            f"{SETTING} names {parts.hostname}, and the Web Connector refuses IP addresses",
            remedy="Set it to the server's name; on the machine with QuickBooks itself, localhost will do.",
        )
    if parts.scheme == "http" and parts.hostname != "localhost":
        raise ConfigurationError(
            f"{SETTING} is plain http, which the Web Connector takes for localhost alone", remedy=_REMEDY
        )
    return base


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
