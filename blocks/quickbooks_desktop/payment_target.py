"""Finds, creates and withdraws payments of bills in QuickBooks Desktop, which it calls bill payment checks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from blocks.errors import RefusedError
from blocks.exact import Record, day
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.kinds import PAYMENT
from blocks.quickbooks_desktop.matching import same_payment
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.refusals import fixed
from blocks.quickbooks_desktop.transaction_target import TransactionTarget, ids_of, number_of, numbers_of
from blocks.quickbooks_desktop.values import amount, rows, text
from blocks.target import Body, Found, Key

PRINT, NUMBER, APPLIED = "IsToBePrinted", "RefNumber", "AppliedToTxnAdd"
_FIXED = ("PayeeEntityRef", "APAccountRef")


class BillPaymentTarget(TransactionTarget):
    """Writes payments; each pays one or several open bills of one vendor."""

    kind = PAYMENT
    same = staticmethod(same_payment)
    total = "Amount"

    def questions(self, bodies: Sequence[Body], since: datetime) -> list[Query]:
        """Asks for the payments by their numbers, unnumbered ones by payee and day, and those changed lately."""
        if not bodies:
            return []
        unnumbered = [body for body in bodies if not text(body, NUMBER)]
        days = [one for body in unnumbered if (one := day(body.get("TxnDate")))]
        return [
            *(queries.payments(numbers=part) for part in numbers_of(bodies)),
            *([_dated(unnumbered, days)] if days else ()),
            queries.payments(changed_since=since, vendor_ids=ids_of(bodies, "PayeeEntityRef")),
        ]

    def changed(self, body: Body, record: Record, name: str) -> Body:
        """Returns the fields to change; the bills that it pays are all named if one of them is another."""
        self.refuse_voided(record)
        for fixed_name in _FIXED:
            if (known := text(body, fixed_name, "ListID")) and known != text(record, fixed_name, "ListID"):
                raise fixed(fixed_name, number_of(record))
        fields = self.differing(body, record)
        fields.pop(PRINT, None)  # once it is printed it has a number, and must not be printed again
        applied = _amounts(body, APPLIED, "PaymentAmount")
        if APPLIED in body and applied != _amounts(record, "AppliedToTxnRet", "Amount"):
            fields["AppliedToTxnMod"] = [{"TxnID": bill, "PaymentAmount": paid} for bill, paid in applied.items()]
        return fields

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the payments; one that QuickBooks does not apply to its bills is refused, and names them.

        See `blocks.target.Target.create`.
        """
        made = await super().create(bodies, keys)
        return [_naming_bills(body, one) for body, one in zip(bodies, made, strict=True)]


def _dated(bodies: Sequence[Body], days: Sequence[date]) -> Query:
    return queries.payments(vendor_ids=ids_of(bodies, "PayeeEntityRef"), days=(min(days), max(days)))


def _amounts(record: Mapping[str, object], lines: str, name: str) -> dict[str, Decimal]:
    return {text(line, "TxnID"): amount(line, name) for line in rows(record, lines)}


def _naming_bills(body: Body, made: Found | RefusedError) -> Found | RefusedError:
    if not isinstance(made, RefusedError) or made.code not in ("3120", "3210"):
        return made
    applied = _amounts(body, APPLIED, "PaymentAmount")
    named = {known: paid for known, paid in applied.items() if known in str(made)} or applied
    bills = ", ".join(f"{known} with {paid}" for known, paid in named.items())
    return type(made)(
        f"cannot pay bill {bills}: {made}",
        system=made.system,
        code=made.code,
        field=APPLIED,
        remedy="See in QuickBooks whether it is paid, less of it is open, or it was deleted; then replay the record.",
    )
