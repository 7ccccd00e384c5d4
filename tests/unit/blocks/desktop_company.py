"""A QuickBooks Desktop company for the tests of its client and its targets, and the way there, which can fail."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from blocks.errors import AnswerLostError, RefusedError
from blocks.quickbooks_desktop.account import OWNER_ID, QuickBooksDesktopAccount
from blocks.quickbooks_desktop.channel import Exchanged
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.markers import marker
from blocks.quickbooks_desktop.meanings import failure
from blocks.target import Body, Found, Key
from tests.sandbox.quickbooks_desktop import CompanyFile, ProcessorError, QuickBooksDiedError

FILE_ID = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
LONG_AGO = datetime.now(UTC) - timedelta(minutes=10)


class Way:
    """Carries documents to a company file; keeps what it carries, as the database does."""

    def __init__(self, company: CompanyFile) -> None:
        """Loses nothing yet."""
        self.company = company
        self.sent: list[tuple[str, str]] = []  # every document with its set id
        self.sets: dict[str, str] = {}
        self.begun_with: Exchanged | None = None
        self.lose_before = self.lose_after = 0  # how many of the next writing documents
        self.unreadable = ""  # a writing document with this in it cannot be read
        self.meddling: list[Callable[[], object]] = []  # what people do right after each question
        self._turn = asyncio.Lock()
        company.begin_session()

    async def greeting(self) -> str:
        """Returns what QuickBooks tells of itself."""
        return self.company.greeting(OWNER_ID)

    async def opening(self) -> Exchanged | None:
        """Returns what the session began with."""
        return self.begun_with

    async def kept(self, set_id: str) -> str | None:
        """Returns the document that was stored under this id."""
        return self.sets.get(set_id)

    async def progress(self, percent: int) -> None:
        """Tells nobody."""

    async def exchange(self, document: str, set_id: str = "") -> str:
        """Returns the answer, unless it is to be lost."""
        async with self._turn:
            self.sent.append((document, set_id))
            if set_id:
                self.sets.setdefault(set_id, document)
            if set_id and self.lose_before:
                self.lose_before -= 1
                raise AnswerLostError("gone before")
            answer = self._process(document, set_id)
            if set_id and self.lose_after:
                self.lose_after -= 1
                raise AnswerLostError("gone after")
            if not set_id and self.meddling:
                self.meddling.pop(0)()
            return answer

    def renewed(self) -> None:
        """The Web Connector has ended its session and begun another."""
        self.company.end_session()
        self.company.begin_session()

    @property
    def written(self) -> list[str]:
        """The set ids of the writing documents, in order."""
        return [set_id for _document, set_id in self.sent if set_id]

    def _process(self, document: str, set_id: str) -> str:
        if set_id and self.unreadable and self.unreadable in document:
            raise failure("0x80040400", "cannot parse")
        try:
            return self.company.process(document)
        except ProcessorError as error:
            raise failure(error.hresult, error.message) from error
        except QuickBooksDiedError as error:
            self.company.options(die_after=None)
            self.company.begin_session()
            raise AnswerLostError("died") from error


def client_of(way: Way) -> QuickBooksDesktopClient:
    """Returns a client of the company at the end of the way."""
    return QuickBooksDesktopClient(QuickBooksDesktopAccount("acme", "secret", OWNER_ID, FILE_ID), way)


def new_keys(count: int) -> list[Key]:
    """Returns the keys of so many writes that are first sent in one call."""
    together = str(uuid4())
    return [Key(str(uuid4()), together) for _ in range(count)]


def a_vendor(name: str, **fields: Any) -> Body:
    """Returns a vendor's body with its mark."""
    return {"Name": name, "CompanyName": name, "Notes": f"BILL vendor {name}", "ExternalGUID": marker(name), **fields}


def a_bill(vendor_id: str, account_id: str, number: str, *amounts: str, **fields: Any) -> Body:
    """Returns a bill's body with a line for each amount."""
    return {
        "VendorRef": {"ListID": vendor_id},
        "TxnDate": "2026-01-05",
        "DueDate": "2026-02-04",
        "RefNumber": number,
        "Memo": f"BILL bill {number}",
        "ExternalGUID": marker(number),
        "ExpenseLineAdd": [
            {"AccountRef": {"ListID": account_id}, "Amount": Decimal(amount), "Memo": f"line {place}"}
            for place, amount in enumerate(amounts, 1)
        ],
        **fields,
    }


def a_payment(vendor_id: str, bank_id: str, number: str, applied: dict[str, str], **fields: Any) -> Body:
    """Returns a payment's body; without a number it is to be printed."""
    numbered: Body = {"RefNumber": number} if number else {"IsToBePrinted": True}
    return {
        "PayeeEntityRef": {"ListID": vendor_id},
        "TxnDate": "2026-01-20",
        "BankAccountRef": {"ListID": bank_id},
        "Memo": f"BILL payment {number}",
        "ExternalGUID": marker(f"payment {number} {sorted(applied)}"),
        "AppliedToTxnAdd": [{"TxnID": one, "PaymentAmount": Decimal(paid)} for one, paid in applied.items()],
        **numbered,
        **fields,
    }


def made(results: Sequence[Found | RefusedError]) -> list[Found]:
    """Returns the results, none of which is a refusal."""
    assert not [one for one in results if isinstance(one, RefusedError)], results
    return [one for one in results if isinstance(one, Found)]


def refused(result: Found | RefusedError) -> RefusedError:
    """Returns the result, which is a refusal."""
    assert isinstance(result, RefusedError), result
    return result
