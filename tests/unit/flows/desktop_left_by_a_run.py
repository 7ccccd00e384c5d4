"""BILL and a company file as a run has left them, and what compares them over HTTP and by qbXML."""

from decimal import Decimal
from typing import Any

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_desktop.markers import marker
from flows.bill_quickbooks_desktop.comparison.readings import BILL_QUICKBOOKS_DESKTOP
from flows.bill_quickbooks_desktop.rules import PAIR, BillQuickBooksDesktopConnection
from flows.reconcile.differences import Difference, Sides, differences
from tasks.state.ledger import Ledger
from tasks.state.models import Link, Record, utc_now
from tasks.state.store import Store, upsert
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import Way, client_of

SCOPE = "bill-quickbooks-desktop/acme@bill:t>quickbooks_desktop:o"
ADDRESS = {"line1": "12 Mill Road", "city": "Dayton", "zipOrPostalCode": "45402", "country": "US"}
THERE = {"Addr1": "Northwind", "Addr2": "12 Mill Road", "City": "Dayton", "PostalCode": "45402", "Country": "USA"}
AMOUNTS = ("60.05", "40.05")
Found = dict[str, list[str]]


def whats(found: list[Difference]) -> Found:
    """Returns what was found by record."""
    said: Found = {}
    for one in found:
        said.setdefault(one.record, []).append(one.what)
    return said


class Tenants:
    """BILL and a company file as a run has left them: a vendor, three bills of two lines, a payment of two."""

    def __init__(self, bill: tuple[BillSandbox, str], store: Store) -> None:
        self.bill, self.url = bill
        self.company = CompanyFile(starting_lists=False)
        self.ledger = Ledger(store, PAIR, "acme", SCOPE, "run-1", "rules-1")
        self.rules: dict[str, Any] = {}
        for name, kind in (("Accounts Payable", "AccountsPayable"), ("Checking", "Bank")):
            self.company.add_account(name, kind)
        self.accounts = {}
        for number in ("6010", "6020"):
            seeded = {"number": number, "name": f"Supplies {number}", "type": "EXPENSE"}
            ours = self.bill.seed_chart([seeded])[0]["id"]
            self.accounts[ours] = self.company.add_account(f"Supplies {number}", AccountNumber=number)["ListID"]
            self.link("accounts", ours, self.accounts[ours])
        ours = self.bill.seed_classes(["Plant"])[0]["id"]
        self.plant = {ours: self.company.add_class("Plant")["ListID"]}
        self.link("classes", ours, self.plant[ours])
        self.vendor = self.bill.seed_vendor(name="Northwind", email="ar@northwind.example", address=ADDRESS)["id"]
        self.entered = self.company.add_vendor(
            "Northwind",
            Email="ar@northwind.example",
            VendorAddress=THERE,
            ExternalGUID=self.mark("vendor", self.vendor),
        )["ListID"]
        self.link("vendors", self.vendor, self.entered, kind="vendor", label="USD", source_ref="Northwind")
        self.bills = [self.sent(f"INV-{number}") for number in (1, 2, 3)]
        self.payment = self.paid("INV-1", "INV-2")

    def mark(self, kind: str, source_id: str, number: int = 0) -> str:
        """Returns the mark of one of BILL's records."""
        return marker(f"{SCOPE}/{kind}/{source_id}/{number}")

    def new(self, number: str) -> dict[str, Any]:
        """Returns a bill that no run has seen."""
        lines = [
            {
                "amount": Decimal(amount),
                "classifications": {"chartOfAccountId": one, "accountingClassId": next(iter(self.plant))},
            }
            for amount, one in zip(AMOUNTS, self.accounts, strict=True)
        ]
        invoice = {"invoiceNumber": number, "invoiceDate": "2026-11-02"}
        return self.bill.seed_bill(vendorId=self.vendor, invoice=invoice, dueDate="2026-12-02", billLineItems=lines)

    def sent(self, number: str) -> dict[str, Any]:
        """Returns a bill, after a run has posted it."""
        made = self.new(number)
        there = self.document(made, number)
        self.link("bills", made["id"], there["TxnID"], kind="bill", source_ref=number)
        return {**made, "document": there["TxnID"]}

    def document(self, bill: dict[str, Any], number: str, **fields: Any) -> dict[str, Any]:
        """Returns a QuickBooks bill as it is made for one of BILL's."""
        usual = {
            "TxnDate": "2026-11-02",
            "DueDate": "2026-12-02",
            "RefNumber": number,
            "Memo": f"BILL bill {bill['id']}: invoice {number}",
            "ExternalGUID": self.mark("bill", bill["id"]),
        }
        return self.company.add_bill(self.entered, self.lines(*AMOUNTS), **{**usual, **fields})

    def lines(self, *amounts: str) -> list[dict[str, Any]]:
        """Returns the lines of a QuickBooks bill with these amounts, on the accounts in turn."""
        [plant] = self.plant.values()
        return [
            {"AccountRef": account, "Amount": amount, "ClassRef": plant}
            for account, amount in zip(self.accounts.values(), amounts, strict=True)
        ]

    def paid(self, *numbers: str) -> dict[str, Any]:
        """Returns a payment of these bills, after a run has posted it."""
        some = [one for one in self.bills if one["invoice"]["invoiceNumber"] in numbers]
        splits = [{"billId": one["id"], "amount": Decimal("100.10")} for one in some]
        made = self.bill.pay(splits, "CLEARED", processDate="2026-11-20")
        applied = {one["document"]: "100.10" for one in some}
        there = self.company.add_payment(
            applied,
            TxnDate="2026-11-20",
            RefNumber=made["confirmationNumber"][-11:],
            ExternalGUID=self.mark("payment", made["id"]),
        )
        self.link("payments", made["id"], there["TxnID"], kind="bill_payment", source_ref=made["confirmationNumber"])
        return {**made, "document": there["TxnID"]}

    def link(self, stream: str, source_id: str, target_id: str, **fields: Any) -> None:
        """Our records link the two."""
        now = utc_now()
        made = {"kind": "", "label": "", "state": "live", "source_ref": "", **fields}
        named = {"scope": SCOPE, "stream": stream, "source_id": source_id, "target_id": target_id}
        row = {**named, "sent_hash": "", "revision": 0, "evidence": "", "created_at": now, "updated_at": now, **made}
        with self.ledger.store.session() as session:
            upsert(session, Link, [row], ("scope", "stream", "source_id"))

    def note(self, stream: str, source_id: str, outcome: str, reason: str, ref: str = "") -> None:
        """Our records say what became of a record."""
        now = utc_now()
        with self.ledger.store.session() as session:
            session.add(
                Record(
                    scope=SCOPE, stream=stream, source_id=source_id, pair=PAIR, connection="acme", source_ref=ref,
                    outcome=outcome, reason=reason, remedy="Add it.", since=now, updated_at=now,
                )
            )  # fmt: skip

    async def compared(self, *, deep: bool = True) -> list[Difference]:
        """Returns every difference."""
        rules = BillQuickBooksDesktopConnection(bill="b", quickbooks_desktop="q", **self.rules)
        ours = BillCredentials.model_validate(
            {
                "base_url": self.url,
                "username": self.bill.username,
                "password": self.bill.password,
                "organization_id": self.bill.organization_id,
                "developer_key": self.bill.developer_key,
            }
        )
        async with ours.get_client() as source, client_of(Way(self.company)) as target:
            return await differences(BILL_QUICKBOOKS_DESKTOP, Sides(source, target, rules, self.ledger, deep))
