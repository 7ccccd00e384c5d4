"""What is found out about a connection before it runs: one verdict per question, whatever fails on the way."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar

from prefect.blocks.core import Block

from blocks.errors import ConfigurationError, CredentialsError, VendorError
from flows.connection import Connection
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import SharedSlots
from tasks.state.store import Store, open_store

Verdict = Literal["valid", "degraded", "disabled", "unverified", "ok", "warning", "error"]
Answer = TypeVar("Answer")
SIGN_IN, RULES = "sign-in", "rules"


class Finding(NamedTuple):
    """One answer: of which system (or of the rules), to what, how good it is, and the rest in words."""

    system: str
    what: str
    verdict: Verdict
    detail: str


@dataclass
class Findings:
    """The answers of one system so far, and the errors behind the bad ones."""

    system: str
    rows: list[Finding] = field(default_factory=list)
    errors: list[VendorError] = field(default_factory=list)

    def add(self, what: str, verdict: Verdict, detail: str) -> None:
        """The answer is one row more."""
        self.rows.append(Finding(self.system, what, verdict, detail))

    def failed(self, what: str, error: VendorError) -> None:
        """The error is one row more, with what a person may do."""
        self.add(what, "error", f"{error}. {error.remedy}" if error.remedy else str(error))
        self.errors.append(error)

    async def ask(self, what: str, question: Awaitable[Answer]) -> Answer | None:
        """Returns the answer; None, and one row more, if the system does not give it.

        Raises:
            CredentialsError: the sign-in itself is refused, so that no further question makes sense.
        """
        try:
            return await question
        except CredentialsError:
            raise
        except VendorError as error:
            self.failed(what, error)
            return None


class Asked(NamedTuple):
    """What a system is examined for: the connection's rules and name, and where notifications should come."""

    rules: Any
    name: str
    public_url: str  # of the web app, without a final slash; empty if there is none
    announces: Mapping[str, str]  # prefixes of the event types that the system should send


class Means(NamedTuple):
    """What an examination shares with whoever runs."""

    store: Store
    slots: SharedSlots
    sessions: SharedSessions


class Checks(NamedTuple):
    """What a pair asks of each system alone, by the field that names its credentials, and of both answers together.

    Each question alone returns the reference data that it has seen; `together` gets None for a system that failed.
    `opened` says what is asked in place of a client, for a system that cannot be called.
    """

    alone: Mapping[str, Callable[[Any, Asked, Findings], Awaitable[Any]]]
    together: Callable[[Any, Mapping[str, Any], Findings], None]
    opened: Mapping[str, Callable[[Any, Asked, Means], AbstractAsyncContextManager[Any]]] = MappingProxyType({})


async def examined(
    kind: type[Connection],
    name: str,
    checks: Checks,
    *,
    public_url: str = "",
    announces: Mapping[str, Mapping[str, str]] | None = None,
    store: Store | None = None,
) -> list[Findings]:
    """Returns what was found of each system, and of the rules; one that fails hides nothing of the other.

    Nothing is written to either system; sessions and call slots are shared with whoever runs.

    Raises:
        ConfigurationError: there is no such connection.
    """
    rules = await kind.named(name)
    opened = await asyncio.to_thread(open_store) if store is None else store
    means = Means(opened, SharedSlots(opened), SharedSessions(opened))
    found = {side: Findings(_title(block)) for side, block in kind.systems.items()}

    async def alone(side: str) -> Any:
        """Returns what one system showed; None if it could not be asked to the end."""
        asked = Asked(rules, name, public_url.rstrip("/"), (announces or {}).get(side, {}))
        with _survived(found[side]):
            block = await _credentials(kind.systems[side], getattr(rules, side))
            async with checks.opened.get(side, _client)(block, asked, means) as client:
                return await checks.alone[side](client, asked, found[side])

    try:
        seen = await asyncio.gather(*map(alone, found))
    finally:
        await means.slots.release()
        if store is None:
            opened.close()
    about_rules = Findings(RULES)
    checks.together(rules, dict(zip(found, seen, strict=True)), about_rules)
    return [*found.values(), about_rules]


def _client(block: Any, _asked: Asked, means: Means) -> AbstractAsyncContextManager[Any]:
    client: AbstractAsyncContextManager[Any] = block.get_client(means.slots, means.sessions)
    return client


@contextmanager
def _survived(found: Findings) -> Iterator[None]:
    """Whatever stops the block is one row more, and hides nothing of the other system."""
    try:
        yield
    except VendorError as error:
        found.failed(SIGN_IN, error)
    except Exception as error:  # noqa: BLE001 - a surprise is a row too
        found.failed("examination", VendorError(f"stopped by an unexpected {type(error).__name__}"))


async def _credentials(kind: type[Block], name: str) -> Any:
    try:
        return await kind.aload(name)
    except ValueError:
        said = f"there is no block {kind.get_block_type_slug()}/{name}."
        raise ConfigurationError(said, remedy="Run `ml-connector apply` with the connection file.") from None


def _title(kind: type[Block]) -> str:
    return str(getattr(kind, "_block_type_name", "") or kind.__name__).removesuffix(" Credentials")
