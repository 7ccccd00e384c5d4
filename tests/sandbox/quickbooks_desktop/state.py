"""Everything that is in a company file, so that a backup is a copy of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.quickbooks_desktop.kinds import KINDS, TRANSACTIONS
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.table import Table

FIRST_LIST, FIRST_TRANSACTION = 0x80000001, 0x101


@dataclass(frozen=True)
class Deleted:
    """What is remembered of a deleted object."""

    kind: str
    id: str
    name: str  # FullName or RefNumber
    created: datetime
    deleted: datetime


@dataclass(frozen=True)
class Response:
    """The answer to one request: its status, its content, and what identifies the object that it wrote."""

    message: str
    request_id: str | None
    code: int
    text: str
    body: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    identity: tuple[tuple[str, Any], ...] = ()  # ListID or TxnID first, then the rest of an ErrorRecovery


@dataclass(frozen=True)
class MessageSet:
    """What is remembered of an executed set; without responses QuickBooks died before it could store them."""

    checksum: str
    responses: tuple[Response, ...] | None


@dataclass
class State:
    """The lists, transactions, preferences, private fields and remembered message sets."""

    tables: dict[str, Table] = field(
        default_factory=lambda: {name: Table(kind.indexed) for name, kind in KINDS.items()}
    )
    names: dict[str, str] = field(default_factory=dict)  # folded name -> ListID, over all name lists
    next_list: int = FIRST_LIST
    next_transaction: int = FIRST_TRANSACTION  # of TxnIDs and TxnLineIDs
    next_number: int = 1  # TxnNumber
    paid_by: dict[str, dict[str, None]] = field(default_factory=dict)  # bill or credit -> payments that use it
    open: dict[str, Decimal] = field(default_factory=dict)  # bill or credit -> what is open of it
    owed: dict[str, Decimal] = field(default_factory=dict)  # vendor -> open bills less remaining credits
    posted: dict[str, Decimal] = field(default_factory=dict)  # account -> balance
    deleted: list[Deleted] = field(default_factory=list)
    preferences: dict[str, Record] = field(default_factory=dict)
    private: dict[str, dict[str, str]] = field(default_factory=dict)  # OwnerID -> DataExtName -> value
    message_sets: dict[str, dict[str, MessageSet]] = field(default_factory=dict)  # application -> ID

    def transaction(self, identifier: str) -> tuple[str, Record] | None:
        """Returns a transaction's kind and record, or None."""
        for kind in TRANSACTIONS:
            if identifier in self.tables[kind].rows:
                return kind, self.tables[kind].rows[identifier]
        return None
