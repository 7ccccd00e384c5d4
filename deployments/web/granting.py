"""What becomes of a person's consent: tokens for its code, made sure of, and kept where every process finds them."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import httpx
from pydantic import SecretStr

from blocks.errors import ConfigurationError, CredentialsError, TransientError, VendorError
from blocks.quickbooks_online.account import SYSTEM as TITLE
from blocks.quickbooks_online.account import QuickBooksAccount
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from blocks.quickbooks_online.oauth import exchange, revoke
from blocks.quickbooks_online.tokens import REFRESH
from blocks.sessions import LocalSessions, Session, SessionCache
from deployments.web.connections import load_all_from_prefect, named_in_prefect
from flows.registry import Pair
from tasks.state.consents import Asked
from tasks.state.shared_sessions import SharedSessions
from tasks.state.store import Store

SYSTEM = "quickbooks_online"
LOOK_SECONDS = 20.0  # for the company's own answer; a person waits

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Grant:
    """What Intuit sent a person back with; the code is good for one exchange."""

    asked: Asked
    realm_id: str
    code: str = field(repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether there is a code, and something that may be a company."""
        return bool(self.code) and self.realm_id.isascii() and self.realm_id.isalnum()


class OtherCompanyError(Exception):
    """The person picked another company than the connection's; nothing was kept."""

    def __init__(self, expected: str, *, taken_back: bool) -> None:
        """Keeps which company is expected, and whether Intuit has forgotten the consent for the other one."""
        super().__init__(expected)
        self.expected, self.taken_back = expected, taken_back


async def accept(store: Store, pairs: Mapping[str, Pair], grant: Grant) -> str:
    """The connection is connected to the company; returns the company's name, or nothing if it is not told.

    The tokens are in the shared sessions first, and then in the credentials block.

    Raises:
        OtherCompanyError: the connection is for another company.
        VendorError: there are no tokens, or they are not for that company; nothing was kept.
        TimeoutError: another process has been signing in for too long.
    """
    found = await named_in_prefect(pairs[grant.asked.pair], grant.asked.connection, SYSTEM)
    if found is None:
        raise ConfigurationError("the connection does not exist any more", remedy="Apply its connection file again.")
    account: QuickBooksAccount = found.block.account
    if account.realm_id not in {"", grant.realm_id}:
        raise OtherCompanyError(account.realm_id, taken_back=await _taken_back(pairs, account, grant))
    account = replace(account, realm_id=grant.realm_id)
    sessions = SharedSessions(store)
    async with httpx.AsyncClient() as http, sessions.renewal(account.session_key):
        new = LocalSessions()
        tokens = await exchange(http, account, grant.code, grant.asked.redirect_uri)
        await new.store(account.session_key, tokens.to_session())
        company = await _company(replace(account, refresh_token=""), new)
        session = await new.load(account.session_key) or tokens.to_session()  # newer, if they had to be renewed
        await sessions.store(account.session_key, session)
        await _keep(found.name, grant.realm_id, session)
    return company


async def _company(account: QuickBooksAccount, sessions: SessionCache) -> str:
    """Returns the name of the company that the tokens are for: the browser could have named any.

    Raises:
        CredentialsError: they are for another one.
        TransientError: it cannot be known now.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS), QuickBooksClient(account, sessions=sessions) as client:
            return str((await client.company_info()).get("CompanyName") or "")
    except TimeoutError:
        raise TransientError(f"{TITLE} did not answer within {LOOK_SECONDS:.0f} seconds", system=TITLE) from None
    except (CredentialsError, TransientError):
        raise
    except VendorError as error:  # the company is the right one, and has something to say that runs will say, too
        logger.warning("%s company %s: %s", TITLE, account.realm_id, error)
        return ""


async def _keep(name: str, realm_id: str, session: Session) -> None:
    """The block, as it is by now, holds the company and the refresh token."""
    block: QuickBooksOnlineCredentials = await QuickBooksOnlineCredentials.aload(name)
    block.realm_id, block.refresh_token = realm_id, SecretStr(session.values[REFRESH])
    await block.asave(name, overwrite=True)


async def _taken_back(pairs: Mapping[str, Pair], account: QuickBooksAccount, grant: Grant) -> bool:
    """Intuit forgets the consent, unless another connection lives on one for the same company; tells whether it did."""
    unwanted = replace(account, realm_id=grant.realm_id)
    try:
        if await _in_use(pairs, unwanted):
            return False  # the code is not used: no tokens were made, and those of the other connection stay good
        async with httpx.AsyncClient() as http:
            tokens = await exchange(http, unwanted, grant.code, grant.asked.redirect_uri)
            await revoke(http, unwanted, tokens.refresh_token)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person must learn of the wrong company
        logger.warning("the consent for %s company %s was not taken back: %s", TITLE, grant.realm_id, told(error))
        return False
    return True


async def _in_use(pairs: Mapping[str, Pair], account: QuickBooksAccount) -> bool:
    for pair in pairs.values():
        if SYSTEM in pair.connection.systems:
            for block in (await load_all_from_prefect(pair, SYSTEM)).values():
                if isinstance(block, QuickBooksOnlineCredentials) and block.account.session_key == account.session_key:
                    return True
    return False


def told(error: Exception) -> str:
    """Returns what may be said of an error: the text of one that is not a vendor's may hold what it was given."""
    return str(error) if isinstance(error, VendorError) else type(error).__name__
