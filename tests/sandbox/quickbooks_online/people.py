"""What people do in QuickBooks' web app; changes made there raise the same events as those of the API."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.kinds import KINDS
from tests.sandbox.quickbooks_online.lines import ACCOUNT, ITEM
from tests.sandbox.quickbooks_online.preferences import with_preference
from tests.sandbox.quickbooks_online.references import shown
from tests.sandbox.quickbooks_online.shelves import Shelves
from tests.sandbox.quickbooks_online.wire import Record
from tests.sandbox.quickbooks_online.writing import create, delete, update

_TYPES: Mapping[str, str] = {
    "BANK": "Bank",
    "ACCOUNTS_RECEIVABLE": "Accounts Receivable",
    "OTHER_CURRENT_ASSET": "Other Current Asset",
    "FIXED_ASSET": "Fixed Asset",
    "OTHER_ASSET": "Other Asset",
    "ACCOUNTS_PAYABLE": "Accounts Payable",
    "OTHER_CURRENT_LIABILITY": "Other Current Liability",
    "CREDIT_CARD": "Credit Card",
    "LONG_TERM_LIABILITY": "Long Term Liability",
    "EQUITY": "Equity",
    "INCOME": "Income",
    "OTHER_INCOME": "Other Income",
    "COST_OF_GOODS_SOLD": "Cost of Goods Sold",
    "EXPENSE": "Expense",
    "OTHER_EXPENSE": "Other Expense",
    "NON_POSTING": "Non-Posting",
}


class People(Shelves):
    """One company and the people who keep its books; every method returns the record as the API would."""

    def __init__(self, books: Company) -> None:
        """Opens the chart: one payables account and one bank account."""
        self.books = books
        self.add("Account", Name="Accounts Payable (A/P)", AccountType="Accounts Payable")
        self.add("Account", Name="Checking", AccountType="Bank")

    def add(self, entity: str, /, **fields: Any) -> Record:
        """Adds a record of any entity, such as `add("Item", Name="Board")`."""
        return self._shown(entity, create(self.books, KINDS[entity], exact(fields)))

    def seed_accounts(self, rows: Iterable[Mapping[str, str]]) -> list[Record]:
        """Adds accounts of a chart {number, name, type}; its payables account takes the place of the only one."""
        added = []
        for row in rows:
            kind = _TYPES.get(row["type"], row["type"])
            told = {"Name": row["name"], "AcctNum": row.get("number", "")}
            unnumbered = [
                each["Id"]
                for each in self.books.rows("Account").values()
                if each["AccountType"] == "Accounts Payable" and "AcctNum" not in each
            ]
            if kind == "Accounts Payable" and unnumbered:
                added.append(self.edit("Account", unnumbered[0], **told))
            else:
                added.append(self.add("Account", **told, AccountType=kind))
        return added

    def seed_classes(self, names: Iterable[str]) -> list[Record]:
        """Adds classes; a colon in a name makes levels."""
        return [self._below("Class", name) for name in names]

    def seed_departments(self, names: Iterable[str]) -> list[Record]:
        """Adds departments, which the web app may call locations; a colon in a name makes levels."""
        return [self._below("Department", name) for name in names]

    def seed_terms(self, rows: Iterable[Mapping[str, Any]]) -> list[Record]:
        """Adds payment terms {name, days}."""
        return [self.add("Term", Name=row["name"], DueDays=row.get("days", 0)) for row in rows]

    def add_vendor(self, **fields: Any) -> Record:
        """Adds a vendor."""
        return self.add("Vendor", **fields)

    def add_customer(self, DisplayName: str, **fields: Any) -> Record:
        """Adds a customer, whose name no vendor can have any more."""
        return self.add("Customer", DisplayName=DisplayName, **fields)

    def add_employee(self, **fields: Any) -> Record:
        """Adds an employee, whose name no vendor can have any more."""
        return self.add("Employee", **fields)

    def edit(self, entity: str, Id: str, **fields: Any) -> Record:
        """Changes some fields of a record, and leaves the rest."""
        before = self.books.rows(entity)[Id]
        body = {**exact(fields), "Id": Id, "SyncToken": before["SyncToken"], "sparse": True}
        if entity == "Bill":
            body.setdefault("VendorRef", before["VendorRef"])
        return self._shown(entity, update(self.books, KINDS[entity], body))

    def delete(self, entity: str, Id: str) -> Record:
        """Deletes a transaction; an entry of a list is made inactive."""
        if KINDS[entity].deletable is None:
            return self.edit(entity, Id, Active=False)
        body = {"Id": Id, "SyncToken": self.books.rows(entity)[Id]["SyncToken"]}
        return delete(self.books, KINDS[entity], body)

    def merge_vendors(self, keep: str, lose: str) -> Record:
        """Moves all that the losing vendor has to the other one, and makes it inactive."""
        for kind in ("PurchaseOrder", "Bill", "BillPayment"):
            for row in list(self.books.rows(kind).values()):
                if row["VendorRef"]["value"] == lose:
                    self.books.replace(kind, {**row, "VendorRef": {"value": keep}})
        vendors = self.books.rows("Vendor")
        owed = vendors[lose]["Balance"]
        vendors[lose]["Balance"], vendors[keep]["Balance"] = Decimal(0), vendors[keep]["Balance"] + owed
        losing = vendors[lose]
        name = f"{losing['DisplayName']} (deleted)" if self.books.switches.deleted_suffix else losing["DisplayName"]
        self.books.replace("Vendor", {**losing, "Active": False, "DisplayName": name}, "deleted")
        self.books.tell("Vendor", keep, "merged", deleted_id=lose)
        return self._shown("Vendor", vendors[keep])

    def bill_from_order(self, po_id: str, lines: list[str] | None = None) -> Record:
        """Makes a bill from a purchase order, or from these lines of it; a whole bill closes the order."""
        order = self.books.rows("PurchaseOrder")[po_id]
        taken = [line for line in order["Line"] if lines is None or line["Id"] in lines]
        body = {name: order[name] for name in ("VendorRef", "APAccountRef", "CurrencyRef")}
        body |= {name: order[name] for name in ("DocNumber", "DepartmentRef", "SalesTermRef") if name in order}
        return self.add("Bill", **body, Line=[_billed(po_id, line) for line in taken])

    def pay_bill(self, bill_id: str, amount: Any = None) -> Record:
        """Pays a bill by check from the first bank account: its balance, or this much of it."""
        bill = self.books.rows("Bill")[bill_id]
        paid = bill["Balance"] if amount is None else Decimal(str(amount))
        bank = next(row["Id"] for row in self.books.rows("Account").values() if row["AccountType"] == "Bank")
        return self.add(
            "BillPayment",
            VendorRef=bill["VendorRef"],
            CurrencyRef=bill["CurrencyRef"],
            APAccountRef=bill["APAccountRef"],
            PayType="Check",
            CheckPayment={"BankAccountRef": {"value": bank}},
            TotalAmt=paid,
            Line=[{"Amount": paid, "LinkedTxn": [{"TxnId": bill_id, "TxnType": "Bill"}]}],
        )

    def set_preference(self, **settings: Any) -> Record:
        """Changes settings by their own names, such as `UseCustomTxnNumbers=False` or `BookCloseDate="2026-03-31"`."""
        changed = self.books.only("Preferences")
        for name, value in settings.items():
            changed = with_preference(changed, name, value)
        return self.books.replace("Preferences", changed)

    def _below(self, entity: str, path: str) -> Record:
        above, _, name = path.rpartition(":")
        parent = self.books.tables[entity].having("FullyQualifiedName", above) if above else []
        told = {"ParentRef": {"value": parent[0]["Id"]}} if parent else {}
        return self.add(entity, Name=name, **told)

    def _shown(self, entity: str, record: Record) -> Record:
        return shown(self.books, entity, record)


def _billed(order_id: str, line: Record) -> Record:
    kind = ACCOUNT if line["DetailType"] == ACCOUNT else ITEM
    kept: Record = {name: line[name] for name in ("Description", "Amount") if name in line}
    link = {"TxnId": order_id, "TxnType": "PurchaseOrder", "TxnLineId": line["Id"]}
    return {**kept, "DetailType": kind, kind: line[kind], "LinkedTxn": [link]}


def exact(value: Any) -> Any:
    """Returns the value with its floats as the decimals that they show."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {name: exact(each) for name, each in value.items()}
    return [exact(each) for each in value] if isinstance(value, list) else value
