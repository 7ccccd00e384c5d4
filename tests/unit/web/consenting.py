"""A person with a browser, between our web app and Intuit's sign-in page."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from tests.sandbox.quickbooks_online import QuickBooksSandbox

PUBLIC = "https://connector.example"
PATH = "/oauth/quickbooks-online"


class Browser:
    """Keeps cookies as browsers do; follows no redirect by itself."""

    def __init__(self, app: FastAPI, address: str = PUBLIC) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=address)
        self.cookies_set: list[str] = []

    async def get(self, address: str) -> httpx.Response:
        """Returns our answer."""
        answer = await self._client.get(address)
        self.cookies_set += answer.headers.get_list("set-cookie")
        return answer

    async def begin(self, connection: str = "acme") -> str:
        """Returns the address of Intuit's page that we send the browser to."""
        answer = await self.get(f"{PATH}/{connection}/start")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def consent(self, connection: str = "acme", **decision: str) -> httpx.Response:
        """Returns our page after the person has decided at Intuit."""
        return await self.get(decided(await self.begin(connection), **decision))


def decided(page: str, decision: str = "allow", **more: str) -> str:
    """Returns where Intuit sends the browser once the person has decided."""
    asked = "".join(f"&{name}={value}" for name, value in {"decision": decision, **more}.items())
    answer = httpx.get(page + asked)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def asked_of(address: str) -> dict[str, str]:
    """Returns the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@dataclass(frozen=True)
class Books:
    """An emulated Intuit, and our connections to it in Prefect."""

    intuit: QuickBooksSandbox
    url: str
    names: set[str] = field(default_factory=set)

    async def connection(self, name: str = "acme", **fields: str) -> None:
        """Prefect has a connection of this name that nobody has given consent for."""
        secret = fields.pop("client_secret", self.intuit.client_secret)
        block = QuickBooksOnlineCredentials(
            client_id=self.intuit.client_id,
            client_secret=SecretStr(secret),
            base_url=self.url,
            oauth_base_url=self.url,
            **fields,
        )
        await block.asave(f"{name}-books", overwrite=True)
        rules = BillQuickBooksOnlineConnection(bill=f"{name}-bill", quickbooks_online=f"{name}-books")
        await rules.asave(name, overwrite=True)
        self.names.add(name)

    async def forget(self) -> None:
        """Prefect has none of these connections any more."""
        for name in self.names:
            await BillQuickBooksOnlineConnection.adelete(name)
            await QuickBooksOnlineCredentials.adelete(f"{name}-books")

    async def block(self, name: str = "acme") -> QuickBooksOnlineCredentials:
        """Returns the credentials as they are now."""
        found: QuickBooksOnlineCredentials = await QuickBooksOnlineCredentials.aload(f"{name}-books")
        return found

    @property
    def exchanges(self) -> int:
        """How many requests the token endpoint got."""
        return len(self.intuit.calls("POST /oauth2/v1/tokens/bearer"))

    def alive(self, realm: str = "") -> list[bool]:
        """Returns of each consent for a company, the first one first, whether it is still good."""
        return [one.alive for one in self.intuit.tokens.connections if one.realm_id == (realm or self.intuit.realm_id)]
