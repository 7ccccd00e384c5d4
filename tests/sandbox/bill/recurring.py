"""Recurring bills: templates, and the bills that come of them.

Source: BILL v3 API, recurring bills. The invoice date of a bill that comes of one is not documented; here it is the
day on which the schedule makes it.
"""

from datetime import date
from typing import Any

from tests.sandbox.bill.bill_lines import TEXT_LIMIT, check_ids, numbered, patched_lines, read_lines
from tests.sandbox.bill.bills import Bills
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.listings import RECURRING
from tests.sandbox.bill.lists import listed
from tests.sandbox.bill.schedules import made_on, moved_on, read_schedule
from tests.sandbox.bill.sessions import Session, Sessions
from tests.sandbox.bill.wire import Record

LINES = "recurringBillLineItems"
_WRITABLE = ("vendorId", "schedule", LINES, "description", "processingOptions", "paymentInformation")


class RecurringBills:
    """Answers everything under /v3/recurringbills, and makes the bills that are due."""

    def __init__(self, books: Books, bills: Bills, sessions: Sessions) -> None:
        """Works on the organization's books, and makes bills as anybody does."""
        self.books = books
        self.bills = bills
        self.sessions = sessions

    def endpoints(self) -> list[Endpoint]:
        """Returns the recurring bill endpoints; there are no bulk ones."""
        base, one = "/v3/recurringbills", "/v3/recurringbills/{id}"
        return [
            ("GET", base, self._list),
            ("POST", base, lambda call: (201, self.create(call.body, call.session))),
            ("GET", one, lambda call: (200, self._of(call))),
            ("PUT", one, lambda call: self._change(call, call.body)),
            ("PATCH", one, lambda call: self._change(call, self._patched(self._of(call), call.body))),
            ("POST", f"{one}/archive", lambda call: (200, self.books.archive(self._of(call), None, True))),
            ("POST", f"{one}/restore", lambda call: (200, self.books.archive(self._of(call), None, False))),
        ]

    def create(self, body: Any, session: Session | None = None) -> Record:
        """Creates a recurring bill, and the bills whose day has come already; `session` None is a person."""
        checked = self._checked(body, session)
        now = self.books.stamp()
        identifier = self.books.ids.new("recurring-bill")
        recurring = {"id": identifier, "archived": False, **checked, "createdTime": now, "updatedTime": now}
        self.books.recurring_bills[identifier] = recurring
        return self._caught_up(recurring)

    def produce(self, recurring: Record, times: int) -> list[Record]:
        """Makes the next bills, whatever the day, and returns them: fewer once the schedule has ended."""
        made: list[Record] = []
        while len(made) < times and not recurring["archived"] and "nextDueDate" in recurring["schedule"]:
            made.append(self.bills.create(_bill(recurring)))
            recurring["schedule"] = moved_on(recurring["schedule"])
        return made

    def _list(self, call: Call) -> Reply:
        page = listed(self.books.recurring_bills.values(), call.query, RECURRING)
        thin = RECURRING.thin if self.books.switches.thin_rows else frozenset()
        page["results"] = [{k: v for k, v in row.items() if k not in thin} for row in page["results"]]
        return 200, page

    def _change(self, call: Call, body: Any) -> Reply:
        recurring = self._of(call)
        changed = self._checked(body, call.session, recurring)
        self.books.rewrite(recurring, _WRITABLE, changed)
        return 200, self._caught_up(recurring)

    def _patched(self, recurring: Record, body: Any) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        merged = {name: recurring[name] for name in _WRITABLE if name in recurring}
        merged |= {name: fields.body[name] for name in _WRITABLE if name in fields.body}
        if isinstance(fields.at("schedule"), dict):
            merged["schedule"] = {**recurring["schedule"], **fields.at("schedule")}
        merged[LINES] = patched_lines(self.books, fields, LINES, recurring[LINES])
        findings.settle()
        return merged

    def _checked(self, body: Any, session: Session | None, before: Record | None = None) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        vendor = self.books.reference(fields, "vendorId", "vendor", required=True)
        if vendor is not None and vendor["archived"] and (before or {}).get("vendorId") != vendor["id"]:
            fields.wrong("vendorId", "the vendor is archived", "BDC_1143")
        lines = read_lines(self.books, fields, LINES)
        check_ids(fields, LINES, lines, before[LINES] if before else [])
        pays = fields.flag("processingOptions.autoPayment")
        bank = self.books.reference(fields, "paymentInformation.bankAccountId", "bank", required=bool(pays))
        recurring: Record = {
            "vendorId": fields.at("vendorId"),
            "schedule": read_schedule(fields, before and before["schedule"]),
            "description": fields.text("description", limit=TEXT_LIMIT),
            "processingOptions": {"autoPayment": bool(pays)},
            "paymentInformation": {"bankAccountId": bank["id"]} if bank else None,
        }
        findings.settle()
        if pays and session is not None:
            self.sessions.require_trust(session)
        recurring[LINES] = numbered(self.books, lines, "recurring-line")
        return {name: value for name, value in recurring.items() if value is not None}

    def _caught_up(self, recurring: Record) -> Record:
        """Returns the recurring bill after every bill was made whose day is past or today."""
        today = self.books.frame.clock.now().date()
        while (day := made_on(recurring["schedule"])) and day <= today and self.produce(recurring, 1):
            pass
        return recurring

    def _of(self, call: Call) -> Record:
        return self.books.found("recurring-bill", call.path["id"])


def _bill(recurring: Record) -> Record:
    due = recurring["schedule"]["nextDueDate"]
    day = made_on(recurring["schedule"]) or date.fromisoformat(due)
    copied: Record = {name: recurring[name] for name in ("vendorId", "description") if name in recurring}
    lines = [{name: value for name, value in line.items() if name != "id"} for line in recurring[LINES]]
    invoice = {"invoiceNumber": due, "invoiceDate": day.isoformat()}
    return {**copied, "dueDate": due, "invoice": invoice, "billLineItems": lines}
