"""Finds, creates and changes bills in QuickBooks Desktop; numbers of bills are not unique there, so marks tell them."""

from collections.abc import Sequence
from datetime import datetime

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.fields import Shape
from blocks.quickbooks_desktop.kinds import BILL, Kind
from blocks.quickbooks_desktop.lines import ADDED, changed_lines
from blocks.quickbooks_desktop.matching import same_bill
from blocks.quickbooks_desktop.models import OF_QUANTITY
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.refusals import paid
from blocks.quickbooks_desktop.render import Request
from blocks.quickbooks_desktop.transaction_target import TransactionTarget, ids_of, number_of, numbers_of
from blocks.quickbooks_desktop.values import amount, is_true, rows, text
from blocks.target import Body, Found


class BillTarget(TransactionTarget):
    """Writes bills; one that is paid, in whole or in part, is not withdrawn."""

    kind = BILL
    same = staticmethod(same_bill)
    total = "AmountDue"

    def questions(self, bodies: Sequence[Body], since: datetime) -> list[Query]:
        """Asks for the bills by their numbers, and, without lines, for those of the vendors that changed lately.

        In a first run these are many: all that the run has written so far.
        """
        if not bodies:
            return []
        lately = queries.bills(changed_since=since, vendor_ids=ids_of(bodies, "VendorRef"), lines=False)
        return [lately, *(queries.bills(numbers=part) for part in numbers_of(bodies))]

    def changed(self, body: Body, record: Record, name: str) -> Body:
        """Returns the fields to change, with all lines if any line is another."""
        self.refuse_voided(record)
        lines = changed_lines(_line_shape(self.kind), record, rows(body, ADDED)) if ADDED in body else {}
        return self.differing(body, record) | lines

    def withdrawn(self, record: Record) -> Request | Found | RefusedError:
        """Voids or deletes the bill, unless anything pays it."""
        pays = any(text(link, "LinkType") != OF_QUANTITY for link in rows(record, "LinkedTxn"))
        is_paid = is_true(record.get("IsPaid")) and amount(record, self.total) != 0  # one of nothing always is
        if not self.is_voided(record) and (pays or is_paid):
            return paid(number_of(record))
        return super().withdrawn(record)


def _line_shape(kind: Kind) -> Shape:
    return next(field.parts for field in kind.shape if field.name == ADDED)
