"""Bills: create, replace, change, archive.

Source: BILL v3 API, bills.
"""

from decimal import Decimal
from typing import Any

from tests.sandbox.bill import listings
from tests.sandbox.bill.approvals import Approvals
from tests.sandbox.bill.bill_lines import (
    TEXT_LIMIT,
    check_ids,
    edited_lines,
    numbered,
    patched_lines,
    read_lines,
    total,
)
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.bulk import all_checked
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import ZERO, Fields, Findings
from tests.sandbox.bill.ledger import settle_bill, settle_credit, splits_of
from tests.sandbox.bill.lists import listed, value_at
from tests.sandbox.bill.vendor_credits import read_uses
from tests.sandbox.bill.wire import Record, refusal

BULK_LIMIT = 100
NUMBER_LIMIT = 21
_WRITABLE = (
    "vendorId",
    "dueDate",
    "invoice",
    "billLineItems",
    "description",
    "payFromChartOfAccountId",
    "classifications",
    "vendorCredits",
    "purchaseOrderNumber",
)
_TOLD = ("vendorId", "amount", "invoice.invoiceNumber", "invoice.invoiceDate", "purchaseOrderNumber")


class Bills:
    """Answers everything under /v3/bills except the recording of payments."""

    def __init__(self, books: Books, approvals: Approvals) -> None:
        """Works on the organization's books."""
        self.books = books
        self.approvals = approvals

    def endpoints(self) -> list[Endpoint]:
        """Returns the bill endpoints."""
        one = "/v3/bills/{id}"
        return [
            ("GET", "/v3/bills", self._list),
            ("POST", "/v3/bills", self._create),
            ("POST", "/v3/bills/bulk", self._bulk),
            ("GET", one, self._get),
            ("PUT", one, lambda call: self._change(call, self._checked(call.body, self._of(call)))),
            ("PATCH", one, lambda call: self._change(call, self._patched(self._of(call), call.body))),
            ("POST", f"{one}/archive", lambda call: (200, self._shown(self._archive(call, True)))),
            ("POST", f"{one}/restore", lambda call: (200, self._shown(self._archive(call, False)))),
        ]

    def create(self, body: Any, user: str | None = None) -> Record:
        """Creates a bill and returns it."""
        return self._enter(self._checked(body), user or self.books.user_id)

    def _list(self, call: Call) -> Reply:
        switches = self.books.switches
        listing = listings.bills(switches.partial_status, switches.invoice_number_filter)
        page = listed(self.books.bills.values(), call.query, listing)
        thin = listing.thin if switches.thin_rows else frozenset()
        page["results"] = [
            {name: value for name, value in self._shown(bill).items() if name not in thin} for bill in page["results"]
        ]
        return 200, page

    def _create(self, call: Call) -> Reply:
        bill = self.create(call.body, call.session.user_id)
        return 201, self._shown(bill, approvers=_asks(call), named=False)

    def _bulk(self, call: Call) -> Reply:
        checked = all_checked(call.body, BULK_LIMIT, self._checked)
        return 201, [self._shown(self._enter(bill, call.session.user_id), named=False) for bill in checked]

    def _get(self, call: Call) -> Reply:
        unknown = set(call.query) - {"billApprovals"}
        if unknown:
            raise refusal("BDC_1001", f"unknown parameter: {', '.join(sorted(unknown))}")
        return 200, self._shown(self._of(call), approvers=call.query.get("billApprovals") == "true")

    def _archive(self, call: Call, archived: bool) -> Record:
        return self.books.archive(self._of(call), "bill", archived)

    def edit(self, bill: Record, fields: Record) -> Record:
        """Changes what the fields say, as a person does, and returns the bill.

        Either all lines are said or none; one with an id keeps whatever is not said of it.
        """
        merged = {name: bill[name] for name in _WRITABLE if name in bill} | fields
        for name in ("invoice", "classifications"):
            if isinstance(fields.get(name), dict):
                merged[name] = {**bill.get(name, {}), **fields[name]}
        merged["billLineItems"] = edited_lines(merged["billLineItems"], bill["billLineItems"])
        return self._changed(bill, self._checked(merged, bill))

    def _change(self, call: Call, changed: Record) -> Reply:
        return 200, self._shown(self._changed(self._of(call), changed), approvers=_asks(call))

    def _changed(self, bill: Record, changed: Record) -> Record:
        self._check_money(bill, changed)
        told = [value_at(bill, path) for path in _TOLD]
        credits = [*bill.get("vendorCredits", ()), *changed.get("vendorCredits", ())]
        changed["billLineItems"] = numbered(self.books, changed["billLineItems"], "line")
        self.books.rewrite(bill, _WRITABLE, {**changed, "fundingAmount": changed["amount"]})
        self._settle(bill, credits)
        if told != [value_at(bill, path) for path in _TOLD]:
            self.books.notify("bill.updated", bill)
        return bill

    def _patched(self, bill: Record, body: Any) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        merged = {name: bill[name] for name in _WRITABLE if name in bill}
        merged |= {name: fields.body[name] for name in _WRITABLE if name in fields.body}
        for name in ("invoice", "classifications"):
            if isinstance(fields.at(name), dict):
                merged[name] = {**bill.get(name, {}), **fields.at(name)}
        merged["billLineItems"] = patched_lines(self.books, fields, "billLineItems", bill["billLineItems"])
        findings.settle()
        return self._checked(merged, bill)

    def _checked(self, body: Any, before: Record | None = None) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        vendor = self.books.reference(fields, "vendorId", "vendor", required=True)
        if vendor is not None and vendor["archived"] and (before or {}).get("vendorId") != vendor["id"]:
            fields.wrong("vendorId", "the vendor is archived", "BDC_1143")
        bill: Record = {"vendorId": fields.at("vendorId"), "dueDate": fields.date("dueDate", required=True)}
        bill["invoice"] = {
            "invoiceNumber": fields.text("invoice.invoiceNumber", required=True, limit=NUMBER_LIMIT),
            "invoiceDate": fields.date("invoice.invoiceDate", required=True),
        }
        lines = read_lines(self.books, fields, "billLineItems")
        check_ids(fields, "billLineItems", lines, before["billLineItems"] if before else [])
        bill["billLineItems"] = lines
        bill["amount"] = total(lines)
        if bill["amount"] < 0:
            fields.wrong("amount", "must not be negative", "BDC_1143")
        bill["description"] = fields.text("description", limit=TEXT_LIMIT)
        bill["purchaseOrderNumber"] = fields.text("purchaseOrderNumber")
        bill["classifications"] = self.books.classified(fields, "classifications")
        account = self.books.reference(fields, "payFromChartOfAccountId", "chart-of-accounts")
        bill["payFromChartOfAccountId"] = account["id"] if account else None
        bill["vendorCredits"] = read_uses(self.books, fields, bill["vendorId"], (before or {}).get("vendorCredits", []))
        fields.flag("billApprovals")
        if self.books.switches.unique_invoice_numbers:
            self._check_unique(fields, bill, before)
        findings.settle()
        return {name: value for name, value in bill.items() if value is not None}

    def _check_unique(self, fields: Fields, bill: Record, before: Record | None) -> None:
        number = bill["invoice"]["invoiceNumber"]
        for other in list(self.books.bills.values()):
            same = (other["vendorId"], other["invoice"]["invoiceNumber"]) == (bill["vendorId"], number)
            if same and other is not before and not other["archived"]:
                fields.wrong("invoice.invoiceNumber", "the vendor has a bill of this number", "BDC_1143")
                return

    def _check_money(self, bill: Record, changed: Record) -> None:
        """Refuses a change that would leave less than what was paid, or move a paid bill to another vendor."""
        live = [row for row, payment in splits_of(self.books, bill["id"]) if payment["status"] in ("PAID", "SCHEDULED")]
        used = sum((row["amount"] for row in [*live, *changed.get("vendorCredits", ())]), ZERO)
        if changed["amount"] < used:
            raise refusal("BDC_1143", "amount: is less than what was paid, scheduled and credited")
        if live and changed["vendorId"] != bill["vendorId"]:
            raise refusal("BDC_1143", "vendorId: cannot change once there is a payment")

    def _enter(self, checked: Record, user: str) -> Record:
        now = self.books.stamp()
        bill: Record = {
            "id": self.books.ids.new("bill"),
            "archived": False,
            "recordStatus": "ACTIVE",
            "createdBy": user,
            **checked,
            "fundingAmount": checked["amount"],
            "exchangeRate": Decimal(1),
            "createdTime": now,
            "updatedTime": now,
        }
        bill["billLineItems"] = numbered(self.books, bill["billLineItems"], "line")
        self.books.bills[bill["id"]] = bill
        self.approvals.assign(bill)
        self._settle(bill, bill.get("vendorCredits", []))
        self.books.notify("bill.created", bill)
        return bill

    def _settle(self, bill: Record, credits: list[Record]) -> None:
        settle_bill(self.books, bill)
        for credit in credits:
            settle_credit(self.books, self.books.vendor_credits[credit["id"]])

    def _of(self, call: Call) -> Record:
        return self.books.found("bill", call.path["id"])

    def _shown(self, bill: Record, *, approvers: bool = False, named: bool = True) -> Record:
        shown = dict(bill)
        if named:
            shown["vendorName"] = self.books.vendors[bill["vendorId"]]["name"]
        if approvers:
            shown["approvers"] = self.books.approvers.get(bill["id"], [])
        return shown


def _asks(call: Call) -> bool:
    """Tells whether a write asked for the approvers."""
    return bool(call.body.get("billApprovals"))
