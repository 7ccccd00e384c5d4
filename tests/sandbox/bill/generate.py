"""A plausible quarter of vendors and bills, the same for the same seed, with flaws on request."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tests.sandbox.bill.bills import Bills
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.classifications import Classifications
from tests.sandbox.bill.fields import CENT
from tests.sandbox.bill.generate_vendors import VendorWriter
from tests.sandbox.bill.names import CREDITS, GOODS, NUMBERS
from tests.sandbox.bill.vendors import Vendors
from tests.sandbox.bill.wire import Record
from tests.sandbox.sample import CHART, CLASSES, DEPARTMENTS, LOCATIONS

SPENDING = frozenset({"EXPENSE", "COST_OF_GOODS_SOLD", "OTHER_EXPENSE", "FIXED_ASSET", "OTHER_CURRENT_ASSET"})
STRANGE_ACCOUNT = {"number": "7999", "name": "Suspense, Plant 2"}  # in BILL's chart, but in no other
CLOSED_ACCOUNT = {"number": "7998", "name": "Suspense, Closed"}
FLAWS = (
    "no_account", "unknown_account", "archived_account", "draft", "mixed_departments", "amount_off_by_a_cent",
)  # fmt: skip
_TERMS = (0, 10, 15, 30, 30, 45, 60)


class Generator:
    """Adds records past the API; all chance comes from one seed."""

    def __init__(
        self, books: Books, vendors: Vendors, bills: Bills, classifications: Classifications, seed: int, days: int
    ) -> None:
        """Dates invoices over this many days until today."""
        self.books, self._vendors, self._bills, self._classifications = books, vendors, bills, classifications
        self.chance = random.Random(seed)
        self.days = max(days, 1)
        self.today = books.frame.clock.now().date()
        self.vendors: list[Record] = []
        self.accounts: list[str] = []
        self.departments: list[str] = []
        self.locations: list[str] = []
        self.classes: list[str] = []
        self._numbers: Counter[str] = Counter()  # bills so far, by vendor

    def add_ledger(self) -> None:
        """Leaves the sample chart, departments, locations and classes in BILL; what is there already is used."""
        spending = [row for row in CHART if row["type"] in SPENDING]
        accounts = {row["number"]: self._account(row) for row in CHART}
        self.accounts = [accounts[row["number"]] for row in spending]
        self.departments = [
            self._named("departments", {"name": row["name"], "shortName": row["code"]}) for row in DEPARTMENTS
        ]
        self.locations = [self._named("locations", {"name": name}) for name in LOCATIONS]
        self.classes = [self._named("accounting-classes", {"name": name}) for name in CLASSES]

    def add_vendors(self, count: int) -> None:
        """Leaves this many vendors more."""
        writer = VendorWriter(self.chance, {vendor["name"] for vendor in self.books.vendors.values()})
        self.vendors += [self._vendors.create(writer.vendor(index)) for index in range(count)]

    def add_bills(self, count: int, lines: int, mixed_departments: float) -> None:
        """Leaves this many sound bills more, of which a share code their lines to several departments."""
        for _ in range(count if self.vendors else 0):
            body = self._bill(lines)
            if lines > 1 and self.chance.random() < mixed_departments:
                self._mix(body["billLineItems"])
            self._bills.create(body)

    def add_flawed(self, count: int, lines: int) -> list[Record]:
        """Leaves this many unsound bills more, and returns each one's id and number with what is wrong."""
        if not count or not self.vendors:
            return []
        strange, closed = self._account(STRANGE_ACCOUNT), self._account(CLOSED_ACCOUNT)
        named = []
        for flaw in (FLAWS[index % len(FLAWS)] for index in range(count)):
            body = self._bill(max(lines, 2))
            self._spoil(body["billLineItems"], flaw, {"unknown_account": strange, "archived_account": closed})
            bill = _spoilt(self._bills.create(body), flaw)
            named.append({"id": bill["id"], "invoiceNumber": bill["invoice"]["invoiceNumber"], "flaw": flaw})
        self.books.archive(self.books.found("chart-of-accounts", closed), None, True)
        return named

    def _spoil(self, lines: list[Record], flaw: str, accounts: dict[str, str]) -> None:
        coding = lines[0]["classifications"]
        if flaw == "no_account":
            del coding["chartOfAccountId"]
        elif flaw in accounts:
            coding["chartOfAccountId"] = accounts[flaw]
        elif flaw == "mixed_departments":
            self._mix(lines)

    def _mix(self, lines: list[Record]) -> None:
        """Codes the first lines to departments that differ; the rest stay as they are."""
        for line, department in zip(lines, self.chance.sample(self.departments, 2), strict=False):
            line["classifications"]["departmentId"] = department

    def _bill(self, lines: int) -> Record:
        vendor = self.chance.choice(self.vendors)
        issued = self.today - timedelta(days=self.chance.randrange(self.days))
        due = issued + timedelta(days=self.chance.choice(_TERMS))
        bill = {
            "vendorId": vendor["id"], "dueDate": due.isoformat(),
            "invoice": {"invoiceNumber": self._number(vendor["id"]), "invoiceDate": issued.isoformat()},
            "billLineItems": self._lines(lines), "description": self.chance.choice(GOODS),
        }  # fmt: skip
        if self.chance.random() < 0.3:
            bill["purchaseOrderNumber"] = f"PO-{self.chance.randrange(10000, 99999)}"
        return bill

    def _number(self, vendor_id: str) -> str:
        """Returns the vendor's next number; all vendors begin at the same one, so that numbers repeat among them."""
        self._numbers[vendor_id] += 1
        form = NUMBERS[int(vendor_id[-5:], 36) % len(NUMBERS)]
        return form.format(n=1000 + self._numbers[vendor_id])

    def _lines(self, count: int) -> list[Record]:
        shared = {}
        if self.chance.random() < 0.9:  # one in ten has neither
            shared = {"departmentId": self._one(self.departments), "locationId": self._one(self.locations)}
        lines = [self._line(shared) for _ in range(count)]
        if count > 2 and self.chance.random() < 0.15:
            first = lines[0].get("amount") or lines[0]["quantity"] * lines[0]["price"]
            lines[-1] = {
                **self._coded(shared), "amount": -min(self._amount(), first), "description": self._one(CREDITS)
            }  # fmt: skip
        return lines

    def _line(self, shared: Record) -> Record:
        line = {**self._coded(shared), "description": self._one(GOODS)}
        if self.chance.random() < 0.25:
            return {**line, "quantity": self.chance.randint(1, 24), "price": self._amount(2, 4.3)}
        return {**line, "amount": self._amount()}

    def _coded(self, shared: Record) -> Record:
        coding = {"chartOfAccountId": self._one(self.accounts), **shared}
        if self.chance.random() < 0.85:
            coding["accountingClassId"] = self._one(self.classes)
        return {"classifications": coding}

    def _amount(self, least: float = 3, most: float = 6.3) -> Decimal:
        """Returns an amount between these powers of ten, in cents: 10.00 to about 20,000.00."""
        return Decimal(int(10 ** self.chance.uniform(least, most))).scaleb(-2)

    def _one(self, choices: Sequence[str]) -> str:
        return self.chance.choice(choices)

    def _account(self, row: Record) -> str:
        for known in self.books.classifications["chart-of-accounts"].values():
            if known["account"].get("number") == row["number"] and not known["archived"]:
                return str(known["id"])
        account = {"number": row["number"], "type": row.get("type", "EXPENSE")}
        return str(self._classifications.create("chart-of-accounts", {"name": row["name"], "account": account})["id"])

    def _named(self, kind: str, body: Record) -> str:
        for known in self.books.classifications[kind].values():
            if known["name"] == body["name"] and not known["archived"]:
                return str(known["id"])
        return str(self._classifications.create(kind, body)["id"])


def _spoilt(bill: Record, flaw: str) -> Record:
    """Returns the bill with what only BILL itself could get wrong, or has not finished."""
    if flaw == "draft":
        bill.update(recordStatus="DRAFT", archived=True)
    elif flaw == "amount_off_by_a_cent":
        for name in ("amount", "fundingAmount", "dueAmount"):
            bill[name] += CENT
    return bill
