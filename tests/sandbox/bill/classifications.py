"""Classifications of every kind: accounts, departments, locations, classes, items, jobs, employees.

Source: BILL v3 API, classifications.
"""

from collections.abc import Callable
from typing import Any

from tests.sandbox.bill.books import KINDS, Books
from tests.sandbox.bill.bulk import all_checked
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.listings import CLASSIFICATIONS, EMPLOYEES
from tests.sandbox.bill.lists import listed
from tests.sandbox.bill.wire import Record, refusal

BULK_LIMIT = 50
ACCOUNT_TYPES = frozenset(
    {
        "UNSPECIFIED",
        "ACCOUNTS_PAYABLE",
        "ACCOUNTS_RECEIVABLE",
        "BANK",
        "COST_OF_GOODS_SOLD",
        "CREDIT_CARD",
        "EQUITY",
        "EXPENSE",
        "FIXED_ASSET",
        "INCOME",
        "LONG_TERM_LIABILITY",
        "OTHER_ASSET",
        "OTHER_CURRENT_ASSET",
        "OTHER_CURRENT_LIABILITY",
        "OTHER_EXPENSE",
        "OTHER_INCOME",
        "NON_POSTING",
    }
)
ENVELOPES = {
    "chart-of-accounts": "chartOfAccounts",
    "departments": "departments",
    "locations": "locations",
    "accounting-classes": "accountingClasses",
    "items": "items",
    "jobs": "jobs",
    "employees": "employees",
}
_ITEM_FIELDS = ("price", "purchaseCost", "expenseChartOfAccountId", "chartOfAccountId", "taxable", "percentage")


class Classifications:
    """Answers everything under /v3/classifications."""

    def __init__(self, books: Books) -> None:
        """Works on the organization's books."""
        self.books = books

    def endpoints(self) -> list[Endpoint]:
        """Returns the same endpoints for each kind."""
        return [endpoint for kind in KINDS for endpoint in self._of_kind(kind)]

    def create(self, kind: str, body: Any) -> Record:
        """Creates a record of a kind and returns it."""
        return self._enter(kind, self._checked(kind, body))

    def _of_kind(self, kind: str) -> list[Endpoint]:
        base = f"/v3/classifications/{kind}"
        one = f"{base}/{{id}}"

        def single(do: Callable[[Record, Any], Record]) -> Callable[[Call], Reply]:
            return lambda call: (200, do(self.books.found(kind, call.path["id"]), call.body))

        def archiving(archived: bool) -> Callable[[Record, Any], Record]:
            return lambda record, _body: self.books.archive(record, None, archived)

        return [
            ("GET", base, lambda call: self._list(kind, call)),
            ("POST", base, lambda call: (201, self.create(kind, call.body))),
            ("POST", f"{base}/bulk", lambda call: self._bulk(kind, call)),
            ("PATCH", f"{base}/bulk", lambda call: self._bulk_patch(kind, call)),
            ("POST", f"{base}/bulk/archive", lambda call: self._bulk_archive(kind, call, True)),
            ("POST", f"{base}/bulk/restore", lambda call: self._bulk_archive(kind, call, False)),
            ("GET", one, single(lambda record, _body: record)),
            ("PATCH", one, single(lambda record, body: self._change(record, self._patched(kind, record, body)))),
            ("POST", f"{one}/archive", single(archiving(True))),
            ("POST", f"{one}/restore", single(archiving(False))),
        ]

    def _list(self, kind: str, call: Call) -> Reply:
        listing = EMPLOYEES if kind == "employees" else CLASSIFICATIONS
        return 200, listed(self.books.classifications[kind].values(), call.query, listing)

    def _bulk(self, kind: str, call: Call) -> Reply:
        checked = all_checked(call.body, BULK_LIMIT, lambda item: self._checked(kind, item))
        return 201, {ENVELOPES[kind]: [self._enter(kind, record) for record in checked]}

    def _bulk_patch(self, kind: str, call: Call) -> Reply:
        def check(item: Any) -> tuple[Record, Record]:
            identifier = item.get("id") if isinstance(item, dict) else None
            record = self.books.found(kind, str(identifier or ""))
            return record, self._patched(kind, record, item)

        pairs = all_checked(call.body, BULK_LIMIT, check)
        return 200, {ENVELOPES[kind]: [self._change(record, changed) for record, changed in pairs]}

    def _bulk_archive(self, kind: str, call: Call, archived: bool) -> Reply:
        identifiers = [text for text in call.query.get("ids", "").split(",") if text]
        if not 0 < len(identifiers) <= BULK_LIMIT:
            raise refusal("BDC_1129", f"ids: must name 1 to {BULK_LIMIT} records")
        records = [self.books.found(kind, identifier) for identifier in identifiers]
        return 200, {ENVELOPES[kind]: [self.books.archive(record, None, archived) for record in records]}

    def _patched(self, kind: str, record: Record, body: Any) -> Record:
        given = body if isinstance(body, dict) else {}
        return self._checked(kind, {**record, **given})

    def _change(self, record: Record, changed: Record) -> Record:
        record.update(changed, updatedTime=self.books.stamp())
        return record

    def _checked(self, kind: str, body: Any) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        names = ("firstName", "lastName") if kind == "employees" else ("name",)
        record: Record = {name: fields.text(name, required=True, limit=100) for name in names}
        record |= {name: fields.text(name) for name in ("shortName", "description")}
        parent = self.books.reference(fields, "parentId", kind)
        record["parentId"] = parent["id"] if parent else None
        if kind == "chart-of-accounts":
            account = {"type": fields.one_of("account.type", ACCOUNT_TYPES), "number": fields.text("account.number")}
            record["account"] = {"type": "UNSPECIFIED"} | {k: v for k, v in account.items() if v is not None}
        if kind == "items":
            record["type"] = fields.text("type", required=True)
            record |= {name: fields.at(name) for name in _ITEM_FIELDS}
        findings.settle()
        return {name: value for name, value in record.items() if value is not None}

    def _enter(self, kind: str, checked: Record) -> Record:
        now = self.books.stamp()
        identifier = self.books.ids.new(kind)
        record = {"id": identifier, "archived": False, **checked, "createdTime": now, "updatedTime": now}
        self.books.classifications[kind][identifier] = record
        return record
