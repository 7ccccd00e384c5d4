"""Vendor credits: create, replace, change, archive, and their use on bills and payments.

Source: BILL v3 API, vendor credits.
"""

from decimal import Decimal
from typing import Any

from tests.sandbox.bill.bill_lines import TEXT_LIMIT, check_ids, numbered, patched_lines, read_lines, total
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.bulk import all_checked
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import ZERO, Fields, Findings
from tests.sandbox.bill.ledger import settle_credit
from tests.sandbox.bill.listings import CREDITS
from tests.sandbox.bill.lists import listed
from tests.sandbox.bill.wire import Record, refusal

BULK_LIMIT = 50
_LINES = "vendorCreditLineItems"
_WRITABLE = (
    "vendorId",
    "referenceNumber",
    "creditDate",
    _LINES,
    "description",
    "applyToChartOfAccountId",
    "applyToBankAccountId",
)


class VendorCredits:
    """Answers everything under /v3/vendor-credits."""

    def __init__(self, books: Books) -> None:
        """Works on the organization's books."""
        self.books = books

    def endpoints(self) -> list[Endpoint]:
        """Returns the vendor credit endpoints; there is no restore."""
        one = "/v3/vendor-credits/{id}"
        return [
            ("GET", "/v3/vendor-credits", self._list),
            ("POST", "/v3/vendor-credits", lambda call: (201, self._enter(self._checked(call.body)))),
            ("POST", "/v3/vendor-credits/bulk", self._bulk),
            ("GET", one, lambda call: (200, self._of(call))),
            ("PUT", one, lambda call: self._update(self._of(call), call.body)),
            ("PATCH", one, self._patch),
            ("POST", f"{one}/archive", lambda call: (200, self.books.archive(self._of(call), None, True))),
        ]

    def _list(self, call: Call) -> Reply:
        page = listed(self.books.vendor_credits.values(), call.query, CREDITS)
        if self.books.switches.thin_rows:
            page["results"] = [{k: v for k, v in row.items() if k not in CREDITS.thin} for row in page["results"]]
        return 200, page

    def _bulk(self, call: Call) -> Reply:
        checked = all_checked(call.body, BULK_LIMIT, self._checked)
        return 201, {"vendorCredits": [self._enter(credit) for credit in checked]}

    def _patch(self, call: Call) -> Reply:
        credit = self._of(call)
        findings = Findings()
        fields = Fields(call.body, findings)
        merged = {name: credit[name] for name in _WRITABLE if name in credit}
        merged |= {name: fields.body[name] for name in _WRITABLE if name in fields.body}
        merged[_LINES] = patched_lines(self.books, fields, _LINES, credit[_LINES])
        findings.settle()
        return self._update(credit, merged)

    def _update(self, credit: Record, body: Any) -> Reply:
        changed = self._checked(body, credit)
        if changed["amount"] < credit["appliedAmount"]:
            raise refusal("BDC_1143", "amount: is less than what was applied")
        for name in _WRITABLE:
            credit.pop(name, None)
        credit.update(changed)
        credit[_LINES] = numbered(self.books, credit[_LINES], "credit-line")
        credit["updatedTime"] = self.books.stamp()
        settle_credit(self.books, credit)
        return 200, credit

    def _checked(self, body: Any, before: Record | None = None) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        vendor = self.books.reference(fields, "vendorId", "vendor", required=True)
        if vendor is not None and vendor["archived"] and before is None:
            fields.wrong("vendorId", "the vendor is archived", "BDC_1143")
        credit: Record = {
            "vendorId": fields.at("vendorId"),
            "referenceNumber": fields.text("referenceNumber", required=True, limit=100),
            "creditDate": fields.date("creditDate", required=True),
            "description": fields.text("description", limit=TEXT_LIMIT),
        }
        account = self.books.reference(fields, "applyToChartOfAccountId", "chart-of-accounts")
        bank = self.books.reference(fields, "applyToBankAccountId", "bank")
        if account and bank:
            fields.wrong("applyToBankAccountId", "only one of account and bank may be given", "BDC_1143")
        credit["applyToChartOfAccountId"] = account["id"] if account else None
        credit["applyToBankAccountId"] = bank["id"] if bank else None
        credit[_LINES] = read_lines(self.books, fields, _LINES)
        check_ids(fields, _LINES, credit[_LINES], before[_LINES] if before else [])
        credit["amount"] = total(credit[_LINES])
        if credit["amount"] <= 0:
            fields.wrong("amount", "must be greater than zero", "BDC_1143")
        findings.settle()
        return {name: value for name, value in credit.items() if value is not None}

    def _enter(self, checked: Record) -> Record:
        now = self.books.stamp()
        credit: Record = {
            "id": self.books.ids.new("vendor-credit"),
            "archived": False,
            **checked,
            "appliedAmount": Decimal("0.00"),
            "status": "NOT_APPLIED",
            "createdBy": self.books.user_id,
            "createdTime": now,
            "updatedTime": now,
        }
        credit[_LINES] = numbered(self.books, credit[_LINES], "credit-line")
        self.books.vendor_credits[credit["id"]] = credit
        return credit

    def _of(self, call: Call) -> Record:
        return self.books.found("vendor-credit", call.path["id"])


def read_uses(books: Books, fields: Fields, vendor_id: Any, before: list[Record]) -> list[Record] | None:
    """Returns the credits that a bill or payment uses; more than is left of one is noted as wrong."""
    uses: list[Record] = []
    for index, row in enumerate(fields.rows("vendorCredits")):
        given = Fields(row, fields.findings, f"{fields.prefix}vendorCredits[{index}].")
        credit = books.reference(given, "id", "vendor-credit", required=True)
        amount = given.number("amount", required=True)
        if credit is None or amount is None:
            continue
        again = sum((use["amount"] for use in before if use["id"] == credit["id"]), ZERO)
        left = credit["amount"] - credit["appliedAmount"] + again
        if credit["vendorId"] != vendor_id or credit["archived"] or not 0 < amount <= left:
            given.wrong("amount", "the credit is not this vendor's, or has less left", "BDC_1143")
        uses.append({"id": credit["id"], "amount": amount})
    return uses or None
