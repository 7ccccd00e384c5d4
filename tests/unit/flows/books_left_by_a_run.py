"""BILL and QuickBooks Online as a run has left them, and what compares them over HTTP."""

from decimal import Decimal
from typing import Any

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from flows.bill_quickbooks_online.comparison.readings import BILL_QUICKBOOKS_ONLINE
from flows.bill_quickbooks_online.documents import KINDS
from flows.bill_quickbooks_online.rules import PAIR, BillQuickBooksOnlineConnection
from flows.reconcile.differences import Difference, Sides, differences
from tasks.state.ledger import Ledger
from tasks.state.models import Link, Record, utc_now
from tasks.state.store import Store, upsert
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.unit.blocks.quickbooks_books import Unhurried

SCOPE = "bill-quickbooks-online/acme@bill:t>quickbooks_online:o"
ADDRESS = {"line1": "12 Mill Road", "city": "Dayton", "zipOrPostalCode": "45402", "country": "US"}
THERE = {"Line1": "12 Mill Road", "City": "Dayton", "PostalCode": "45402", "Country": "USA"}
Found = dict[str, list[str]]


def whats(found: list[Difference]) -> Found:
    """Returns what was found by record."""
    said: Found = {}
    for one in found:
        said.setdefault(one.record, []).append(one.what)
    return said


class Tenants:
    """BILL and QuickBooks Online as a run has left them: one vendor, and three bills of two lines each."""

    def __init__(
        self, bill: tuple[BillSandbox, str], books: tuple[QuickBooksSandbox, str], store: Store, entity: str
    ) -> None:
        self.bill, self.books, self.urls, self.entity = bill[0], books[0], (bill[1], books[1]), entity
        self.ledger = Ledger(store, PAIR, "acme", SCOPE, "run-1", "rules-1")
        self.kind = KINDS[entity]
        self.rules: dict[str, Any] = {"target_entity": entity}
        self.accounts = {}
        for number in ("6010", "6020"):
            ours = self.bill.seed_chart([{"number": number, "name": f"Supplies {number}"}])[0]["id"]
            [there] = self.books.seed_accounts([{"number": number, "name": f"Supplies {number}", "type": "EXPENSE"}])
            self.accounts[ours] = there["Id"]
            self.link("accounts", ours, there["Id"])
        self.departments = {}
        for name in ("Assembly", "Test"):
            ours = self.bill.seed_departments([name])[0]["id"]
            self.departments[ours] = self.books.seed_departments([name])[0]["Id"]
            self.link("departments", ours, self.departments[ours])
        self.vendor = self.bill.seed_vendor(name="Northwind", email="ar@northwind.example", address=ADDRESS)["id"]
        self.entered = self.books.add_vendor(
            DisplayName="Northwind", PrimaryEmailAddr={"Address": "ar@northwind.example"}, BillAddr=THERE
        )["Id"]
        self.link("vendors", self.vendor, self.entered, kind="vendor", label="USD")
        self.bills = [self.sent(f"INV-{number}") for number in (1, 2, 3)]

    def sent(self, number: str) -> dict[str, Any]:
        """Returns a bill, after a run has made its document."""
        made = self.new(number)
        document = self.document(made, number)
        self.link("bills", made["id"], document["Id"], kind=self.entity, label=self.vendor, source_ref=number)
        return {**made, "document": document["Id"]}

    def new(self, number: str, departments: tuple[int, int] = (0, 0)) -> dict[str, Any]:
        """Returns a bill that no run has seen; its lines are of these departments."""
        places = list(self.departments)
        lines = [
            {"amount": Decimal(amount), "classifications": {"chartOfAccountId": account, "departmentId": places[place]}}
            for amount, account, place in zip(("60.05", "40.05"), self.accounts, departments, strict=True)
        ]
        invoice = {"invoiceNumber": number, "invoiceDate": "2026-11-02"}
        return self.bill.seed_bill(vendorId=self.vendor, invoice=invoice, dueDate="2026-12-02", billLineItems=lines)

    def document(self, bill: dict[str, Any], number: str, part: str = "", **fields: Any) -> dict[str, Any]:
        """Returns a document as it is made for a bill, or for one department's part of it."""
        lines = [line for line in bill["billLineItems"] if part in {"", line["classifications"]["departmentId"]}]
        place = lines[0]["classifications"]["departmentId"]
        of_department = f", department {part}" if part else ""
        usual = {
            "VendorRef": {"value": self.entered},
            "TxnDate": "2026-11-02",
            "DueDate": "2026-12-02",
            "PrivateNote": f"BILL bill {bill['id']} of {self.bill.organization_id}{of_department}: invoice {number}",
            "DepartmentRef": {"value": self.departments[place]},
            "Line": [self.line(line) for line in lines],
        }
        made = self.books.add(self.kind, **usual, **fields)
        company = self.books.books  # numbers may come again, which the sandbox's people may not enter
        return company.replace(self.kind, {**company.rows(self.kind)[made["Id"]], "DocNumber": number})

    def line(self, line: dict[str, Any], amount: str = "") -> dict[str, Any]:
        """Returns the line of a document for a bill's line."""
        account = self.accounts[line["classifications"]["chartOfAccountId"]]
        return {
            "DetailType": "AccountBasedExpenseLineDetail",
            "Amount": Decimal(amount or str(line["amount"])),
            "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}},
        }

    def edit(self, number: int, **fields: Any) -> None:
        """Somebody changes the document of a bill in QuickBooks."""
        self.books.edit(self.kind, self.bills[number]["document"], **fields)

    def lines(self, number: int, *amounts: str) -> list[dict[str, Any]]:
        """Returns the lines of a bill's document with other amounts."""
        return [
            self.line(line, amount) for line, amount in zip(self.bills[number]["billLineItems"], amounts, strict=True)
        ]

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
        rules = BillQuickBooksOnlineConnection(bill="b", quickbooks_online="q", **self.rules)
        ours = BillCredentials.model_validate(
            {
                "base_url": self.urls[0],
                "username": self.bill.username,
                "password": self.bill.password,
                "organization_id": self.bill.organization_id,
                "developer_key": self.bill.developer_key,
            }
        )
        theirs = QuickBooksOnlineCredentials.model_validate(
            {
                "client_id": self.books.client_id,
                "client_secret": self.books.client_secret,
                "realm_id": self.books.realm_id,
                "refresh_token": self.books.refresh_token,
                "base_url": self.urls[1],
                "oauth_base_url": self.urls[1],
            }
        )
        async with ours.get_client() as source, theirs.get_client(Unhurried()) as target:
            return await differences(BILL_QUICKBOOKS_ONLINE, Sides(source, target, rules, self.ledger, deep))
