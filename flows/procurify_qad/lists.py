"""Procurify's own lists, read whole, and once a run: it does not tell what of them changed."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from blocks.exact import Record
from blocks.procurify.client import ProcurifyClient
from tasks.mirror import whole
from tasks.run import Run
from tasks.state.mirrors import Mirrored

SYSTEM = "Procurify"


async def vendors(run: Run, procurify: ProcurifyClient) -> dict[str, Mirrored]:
    """Returns the vendors by id, inactive ones included where Procurify shows them; the number is their external id."""
    return await whole(run, SYSTEM, "vendor", _listed(procurify.vendors, "external_id"))


async def account_codes(run: Run, procurify: ProcurifyClient) -> dict[str, Mirrored]:
    """Returns the account codes by id; the number is the code, and the name its description."""
    return await whole(run, SYSTEM, "account code", _listed(procurify.account_codes, "code", name="description"))


async def departments(run: Run, procurify: ProcurifyClient) -> dict[str, Mirrored]:
    """Returns the departments by id; the number is their external id."""
    return await whole(run, SYSTEM, "department", _listed(procurify.departments, "external_id"))


async def currencies(run: Run, procurify: ProcurifyClient) -> dict[str, int]:
    """Returns the ids of the currencies by their codes."""
    found = await whole(run, SYSTEM, "currency", _listed(procurify.currencies, "name"))
    return {one.name: int(one.id) for one in found.values() if one.active}


async def accounts(run: Run, procurify: ProcurifyClient) -> dict[str, Mirrored]:
    """Returns the accounts by id: each is a code that a department may use."""
    return await whole(run, SYSTEM, "account", _listed(procurify.accounts, "id"))


def _listed(
    pages: Callable[[], AsyncIterator[Any]], number: str, *, name: str = "name"
) -> Callable[[], AsyncIterator[Sequence[Mirrored]]]:
    async def read() -> AsyncIterator[Sequence[Mirrored]]:
        async for page in pages():
            yield [_mirrored(record, number, name) for record in page.rows]

    return read


def _mirrored(record: Record, number: str, name: str) -> Mirrored:
    return Mirrored(
        id=str(record["id"]),
        number=str(record.get(number) or ""),
        name=str(record.get(name) or ""),
        active=record.get("active") is not False,
        body=record,
    )
