"""Which documents a BILL bill becomes: mostly one; one for each department where lines differ and the rules say so."""

from collections.abc import Callable, Sequence
from typing import Literal

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_online.company import Company
from blocks.source import Row, content_hash
from flows.bill_lines import classified
from flows.bill_quickbooks_online.department_classes import may_be_classes
from flows.bill_quickbooks_online.mapping import Coding, Part
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection

How = Literal["class", "split", "hold"]
KINDS = {"purchase_order": "PurchaseOrder", "bill": "Bill"}  # what a bill may become -> QuickBooks' word for it
DRAFTS = frozenset({"DRAFT", "DRAFT_DELETED"})


def place_field(rules: BillQuickBooksOnlineConnection) -> str:
    """Returns which classification of a line is its document's location."""
    return "department_id" if rules.location_from == "department" else "location_id"


def how_mixed(rules: BillQuickBooksOnlineConnection, company: Company) -> How:
    """Returns what becomes of a bill whose lines belong to several departments."""
    for wanted in rules.mixed_departments:
        if wanted == "class" and may_be_classes(rules, company):
            return "class"
        if wanted == "split" and company.locations and rules.target_entity == "purchase_order":
            return "split"
    return "hold"


def places(part: Part, field: str) -> list[str]:
    """Returns the departments of the part's lines, each once, in the lines' order; empty for lines without one."""
    return list(dict.fromkeys(classified(line, field) for line in part.lines))


def coding(part: Part, rules: BillQuickBooksOnlineConnection, company: Company) -> Coding | None:
    """Returns how the part's departments are said in QuickBooks; None where nothing can say it.

    A company without locations says departments by classes if the rules allow it, and otherwise not at all.
    """
    found = places(part, place_field(rules))
    by_class = may_be_classes(rules, company)
    if not company.locations:
        return Coding(by_class=by_class)
    if len(found) <= 1:
        return Coding(location=found[0] if found else "")
    # A line has one class; where it is its own already, the department could not be said.
    free = not any(classified(line, "accounting_class_id") for line in part.lines if classified(line, "department_id"))
    return Coding(by_class=True) if by_class and free and how_mixed(rules, company) == "class" else None


class Parts:
    """Makes rows of BILL's bills: one for each document that a bill becomes or has become."""

    def __init__(
        self,
        organization: str,
        rules: BillQuickBooksOnlineConnection,
        company: Company,
        earlier: Callable[[str], Sequence[str]],
    ) -> None:
        """Splits by these rules.

        Args:
            organization: BILL's id of it.
            rules: the connection's.
            company: QuickBooks' settings.
            earlier: returns the row ids of the documents that a bill, by its id, has become already.
        """
        self._organization, self._rules, self._earlier = organization, rules, earlier
        self._splits = how_mixed(rules, company) == "split"
        self._may_be_split = "split" in rules.mixed_departments  # or was, until a setting of the company was changed

    def __call__(self, record: Record) -> list[Row]:
        """Returns the rows of one bill; the first has the bill's own id, the others that and the department's.

        A department that the bill had once, and has no more, is a row without lines.
        """
        bill = Bill.model_validate(record)
        whole = Part(bill, self._organization, bill.bill_line_items)
        earlier = self._earlier(bill.id) if self._may_be_split else ()
        rows = self._split(whole, earlier) if self._splits else [_row(bill.id, whole)]
        now = {row.id for row in rows}
        return rows + [_row(one, whole._replace(lines=())) for one in earlier if one not in now]

    def _split(self, whole: Part, earlier: Sequence[str]) -> list[Row]:
        """Gives each department the id that it had, whatever the order of the lines."""
        field = place_field(self._rules)
        found = sorted(places(whole, field))
        if len(found) < 2:
            return [_row(whole.bill.id, whole)]
        ids = {one: f"{whole.bill.id}/{one or '-'}" for one in found}
        first = next((one for one in found if ids[one] not in earlier), found[0])
        ids[first] = whole.bill.id
        return [_row(ids[one], self._of(whole, field, one)) for one in sorted(found, key=lambda one: one != first)]

    def _of(self, whole: Part, field: str, department: str) -> Part:
        lines = [line for line in whole.lines if classified(line, field) == department]
        return whole._replace(lines=lines, department=department or "-")


def _row(row_id: str, part: Part) -> Row:
    bill = part.bill
    # BILL's lists may leave the lines out, so that only the time of the last change tells that they are others.
    seen = content_hash([bill.updated_time, bill.amount, bool(bill.archived), bill.record_status])
    return Row(row_id, bill.invoice.invoice_number or bill.id, seen, part)
