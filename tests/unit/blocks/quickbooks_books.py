"""A QuickBooks Online company for the tests of its targets and its source: opened, and with books to write in."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from blocks.errors import RefusedError, VendorError
from blocks.exact import Record
from blocks.limits import Rate
from blocks.quickbooks_online.account import QuickBooksAccount
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.models import Document
from blocks.quickbooks_online.source import QuickBooksSource
from blocks.source import Row, content_hash
from blocks.target import Found, Key
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox

BILL_ID = "00n01"
ORGANIZATION = "008X"
TIMES = {"CreateTime": "2026-05-05T02:14:00-07:00", "LastUpdatedTime": "2026-05-05T02:15:00-07:00"}


class Unhurried:
    """Call slots that make nobody wait, for an emulator that does not throttle."""

    @asynccontextmanager
    async def slot(self, budget: str, at_once: int, rates: Sequence[Rate] = ()) -> AsyncIterator[None]:
        """Holds nothing."""
        yield

    async def close(self, budget: str, until: datetime, why: str) -> None:
        """Closes nothing."""


class Meddled(QuickBooksClient):
    """A client behind whose back somebody does something right after records were read by their ids."""

    def __init__(self, account: QuickBooksAccount, **given: Any) -> None:
        """Starts with nothing to do."""
        super().__init__(account, **given)
        self.meddling: list[Callable[[], object]] = []
        self.sent: list[list[str]] = []  # the keys of each batch's items

    async def by_ids(self, entity: str, ids: Iterable[str]) -> dict[str, Record]:
        """Returns the records as they were before the next thing was done."""
        held = await super().by_ids(entity, ids)
        if self.meddling:
            self.meddling.pop(0)()
        return held

    async def batch(self, items: Sequence[Item], request_id: str) -> list[Record | VendorError]:
        """Notes the keys, and makes the writes."""
        self.sent.append([item.key for item in items])
        return await super().batch(items, request_id)


def client_of(company: QuickBooksSandbox, url: str) -> Meddled:
    """Returns a client of the company."""
    account = QuickBooksAccount(
        environment=company.environment,
        client_id=company.client_id,
        client_secret=company.client_secret,
        realm_id=company.realm_id,
        api_url=url,
        authorize_url=f"{url}/connect/oauth2",
        token_url=f"{url}/oauth2/v1/tokens/bearer",
        revoke_url=f"{url}/v2/oauth2/tokens/revoke",
        refresh_token=company.refresh_token,
    )
    return Meddled(account, slots=Unhurried(), first_wait=0.001)


def new_keys(count: int) -> list[Key]:
    """Returns the keys of so many writes that are first sent in one call."""
    together = str(uuid4())
    return [Key(str(uuid4()), together) for _write in range(count)]


def a_vendor(name: str = "Northwind Paper", **fields: Any) -> Record:
    """Returns the body of a vendor."""
    return {
        "DisplayName": name,
        "CompanyName": name[:100],
        "PrimaryEmailAddr": {"Address": "ar@northwind.example"},
        "BillAddr": {"Line1": "12 Mill Road", "City": "Dayton", "PostalCode": "45402", "Country": "USA"},
        **fields,
    }


def a_line(account: str = "69", amount: str = "150.00", **detail: Any) -> Record:
    """Returns a line that is booked to an account."""
    return {
        "DetailType": "AccountBasedExpenseLineDetail",
        "Amount": Decimal(amount),
        "Description": "Copy paper",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}, **detail},
    }


def a_document(vendor: str, *lines: Record, bill_id: str = BILL_ID, **fields: Any) -> Record:
    """Returns the body of a purchase order or bill."""
    return {
        "VendorRef": {"value": vendor},
        "TxnDate": "2026-05-05",
        "PrivateNote": f"BILL bill {bill_id} of {ORGANIZATION}",
        "Line": list(lines),
        **fields,
    }


def a_payment(company: QuickBooksSandbox, vendor: str, bill: str) -> Record:
    """Returns the body of a payment by check, of 150.00 for one bill."""
    bank = next(row["Id"] for row in company.accounts.values() if row["AccountType"] == "Bank")
    return {
        "VendorRef": {"value": vendor},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": bank}},
        "TotalAmt": Decimal("150.00"),
        "PrivateNote": "BILL payment 0ps01 of 008X",
        "Line": [{"Amount": Decimal("150.00"), "LinkedTxn": [{"TxnId": bill, "TxnType": "Bill"}]}],
    }


def as_stored(**fields: Any) -> Record:
    """Returns a purchase order as the vendor shows it."""
    shown: Record = {"BillableStatus": "NotBillable", "TaxCodeRef": {"value": "NON"}}
    return {
        "Id": "162",
        "SyncToken": "3",
        "domain": "QBO",
        "sparse": False,
        "MetaData": TIMES,
        "POStatus": "Open",
        "EmailStatus": "NotSet",
        "CustomField": [],
        "LinkedTxn": [],
        "TotalAmt": Decimal(150),
        "VendorRef": {"value": "56", "name": "Northwind"},
        "PrivateNote": "BILL bill 00n01 of 008X\ncall Bob first",
        "Line": [{"Id": "1", "LineNum": 1, "CustomExtensions": [], **a_line("69", "150.00", **shown)}],
        **fields,
    }


def made(results: Sequence[object]) -> list[Found]:
    """Returns the results, none of which is a refusal."""
    found = [one for one in results if isinstance(one, Found)]
    assert len(found) == len(results), results
    return found


def ids(results: Sequence[Found | RefusedError | None]) -> list[str | None]:
    """Returns the ids of what was found or made, and None for the others."""
    return [one.id if isinstance(one, Found) else None for one in results]


def lose(company: QuickBooksSandbox, skip: int = 0) -> None:
    """The answer to a batch is lost, after so many that are not."""
    company.frame.faults.add(Fault(kind="lost_after", match="POST .*/batch", skip=skip))


def rows(record: Record) -> list[Row]:
    """Returns the one row of a document."""
    document = Document.model_validate(record)
    return [Row(document.id, document.doc_number or document.id, content_hash(record), document)]


def source_of(client: Meddled, known: Sequence[str] = ()) -> QuickBooksSource:
    """Returns a source of purchase orders."""
    return QuickBooksSource(client, "PurchaseOrder", rows, lambda: known)


async def everything(source: QuickBooksSource, since: datetime, until: datetime, cursor: str = "") -> list[Row]:
    """Reads all pages from a cursor on, as the engine does."""
    read: list[Row] = []
    following: str | None = cursor
    while following is not None:
        page = await source.page(since, until, following)
        read += page.rows
        following = page.following
    return read


def states(read: Sequence[Row]) -> dict[str, str | None]:
    """Returns how each record was seen last: its SyncToken, or that it was deleted."""
    return {row.id: row.content.status or row.content.sync_token for row in read}
