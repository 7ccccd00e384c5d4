"""What people have entered in QuickBooks before, and what they do there meanwhile."""

import threading
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.quickbooks_desktop import bills, lists, payments, removal, vendors
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.drafts import draft, reference
from tests.sandbox.quickbooks_desktop.kinds import LISTS, TRANSACTIONS
from tests.sandbox.quickbooks_desktop.preferences import set_preference
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import element
from tests.sandbox.quickbooks_desktop.state import Deleted

Lines = Sequence[tuple[str, str] | Mapping[str, Any]]


class People:
    """Everything that is entered by hand; fields have qbXML's names, references are a name or an id.

    All of it follows QuickBooks' rules, and raises `Refusal` where QuickBooks would show a message.
    """

    def __init__(self, books: Books) -> None:
        """Works on these books, one at a time with the request processor."""
        self.books, self.lock_of_file = books, threading.RLock()

    def add_account(self, name: str, account_type: str = "Expense", parent: str = "", **fields: Any) -> Record:
        """Returns a new account, below its parent if one is named."""
        body = {"Name": name, "AccountType": account_type, **fields}
        with self.lock_of_file:
            above = {"ParentRef": reference(self.books, parent)} if parent else {}
            return lists.add_account(self.books, {**draft(self.books, body), **above})

    def add_named(self, kind: str, name: str, parent: str = "", **fields: Any) -> Record:
        """Returns a new element of any other list: Class, Customer, Employee, OtherName, ItemService, Currency ..."""
        with self.lock_of_file:
            above = reference(self.books, parent) if parent else None
            return lists.add_named(self.books, kind, draft(self.books, {"Name": name, **fields}), above)

    def add_class(self, name: str, parent: str = "") -> Record:
        """Returns a new class."""
        return self.add_named("Class", name, parent)

    def add_terms(self, name: str, days: int = 30) -> Record:
        """Returns new terms: due so many days after the date of the bill."""
        return self.add_named("StandardTerms", name, StdDueDays=days, StdDiscountDays=0, DiscountPct=Decimal(0))

    def add_customer(self, name: str, parent: str = "") -> Record:
        """Returns a new customer, or a job of one."""
        return self.add_named("Customer", name, parent)

    def add_employee(self, name: str) -> Record:
        """Returns a new employee."""
        return self.add_named("Employee", name)

    def add_vendor(self, name: str, **fields: Any) -> Record:
        """Returns a new vendor."""
        with self.lock_of_file:
            return vendors.add_vendor(self.books, draft(self.books, {"Name": name, **fields}))

    def add_bill(self, vendor: str, lines: Lines, **fields: Any) -> Record:
        """Returns a new bill; a line is an account and amount, or the fields of an expense or item line."""
        with self.lock_of_file:
            return bills.add_bill(self.books, self._document(vendor, lines, "Add", fields))

    def add_vendor_credit(self, vendor: str, lines: Lines, **fields: Any) -> Record:
        """Returns a new vendor credit."""
        with self.lock_of_file:
            return bills.add_vendor_credit(self.books, self._document(vendor, lines, "Add", fields))

    def add_payment(self, paid: Mapping[str, str], account: str = "Checking", **fields: Any) -> Record:
        """Returns a new payment of some bills of one vendor, by TxnID and amount; by card if the account is one."""
        with self.lock_of_file:
            bill = self.books.rows("Bill")[next(iter(paid))]
            found = element(self.books, self.find_account(account)) or {}
            card = found["AccountType"] == "CreditCard"
            body = {"PayeeEntityRef": bill["VendorRef"], "APAccountRef": bill["APAccountRef"], **fields}
            body["CreditCardAccountRef" if card else "BankAccountRef"] = account
            rows = [{"TxnID": identifier, "PaymentAmount": amount} for identifier, amount in paid.items()]
            add = payments.add_credit_card if card else payments.add_check
            return add(self.books, draft(self.books, {**body, "AppliedToTxnAdd": rows}))

    def find_account(self, name: str) -> str:
        """Returns the ListID of an account by its full name or ListID."""
        rows = self.books.rows("Account")
        return name if name in rows else str(self.books.table("Account").having("FullName", name)[0]["ListID"])

    def edit_vendor(self, identifier: str, **fields: Any) -> Record:
        """Returns the vendor with these fields changed; an empty one clears."""
        with self.lock_of_file:
            before = self.books.rows("Vendor")[identifier]
            return vendors.change_vendor(self.books, before, draft(self.books, fields))

    def edit_bill(self, identifier: str, lines: Lines | None = None, **fields: Any) -> Record:
        """Returns the bill with these fields changed, and all its lines replaced if any are given."""
        with self.lock_of_file:
            before = self.books.rows("Bill")[identifier]
            sent = self._lines(lines, "Mod") if lines is not None else {}
            return bills.change_bill(self.books, before, {**draft(self.books, fields), **sent})

    def make_inactive(self, kind: str, identifier: str, active: bool = False) -> Record:
        """Returns the list element, out of use (or with `active` in use again)."""
        with self.lock_of_file:
            return self.books.replace(kind, {**self.books.rows(kind)[identifier], "IsActive": active})

    def merge_vendors(self, loser: str, survivor: str) -> None:
        """One vendor is gone, and its transactions belong to the survivor."""
        with self.lock_of_file:
            removal.merge_vendors(self.books, loser, survivor)

    def delete(self, kind: str, identifier: str) -> Deleted:
        """The object is gone."""
        with self.lock_of_file:
            return removal.delete(self.books, kind, identifier)

    def void(self, kind: str, identifier: str) -> Record:
        """Returns the transaction with all its amounts zero."""
        with self.lock_of_file:
            return removal.void(self.books, kind, identifier)

    def set_preference(self, name: str, value: Any) -> None:
        """Leaves a preference with a new value, by its element's name."""
        with self.lock_of_file:
            set_preference(self.books.state.preferences, name, value)

    def set_closing_date(self, closing: date | None) -> None:
        """Closes the books up to a date, that day included; None opens them."""
        self.set_preference("ClosingDate", closing)

    def open_in_window(self, identifier: str) -> None:
        """Somebody has the object open: it cannot be changed (3175), nor what would change it (3176)."""
        if element(self.books, identifier) is None and self.books.state.transaction(identifier) is None:
            raise ValueError(f"no such object: {identifier}")
        self.books.windows.add(identifier)

    def close_window(self, identifier: str) -> None:
        """The window is closed."""
        self.books.windows.discard(identifier)

    def kind_of(self, identifier: str) -> str | None:
        """Returns the kind of the object with this id, or None."""
        return next((kind for kind in (*LISTS, *TRANSACTIONS) if identifier in self.books.rows(kind)), None)

    def _document(self, vendor: str, lines: Lines, verb: str, fields: Record) -> Record:
        return {**draft(self.books, {"VendorRef": vendor, **fields}), **self._lines(lines, verb)}

    def _lines(self, lines: Lines, verb: str) -> Record:
        sent: Record = {f"ExpenseLine{verb}": [], f"ItemLine{verb}": []}
        for line in lines:
            fields = {"AccountRef": line[0], "Amount": line[1]} if isinstance(line, tuple) else dict(line)
            new = {"TxnLineID": "-1"} if verb == "Mod" else {}
            sent[f"{'Item' if 'ItemRef' in fields else 'Expense'}Line{verb}"].append(
                draft(self.books, {**new, **fields})
            )
        if verb == "Mod":
            sent |= {"ClearExpenseLines": True, "ClearItemLines": True}
        return {name: value for name, value in sent.items() if value}
