"""Finds, creates and changes supplier payments in QAD, which has no idempotency keys."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from blocks.errors import RefusedError
from blocks.exact import money
from blocks.qad.client import QadClient
from blocks.qad.models import id_of, key_of
from blocks.qad.pages import Filter
from blocks.qad.profile import SYSTEM
from blocks.target import Body, Found, Key

PAYMENT = "supplier_payment"
KEYS = ("entity", "payment_year", "instrument", "number")
VOID = "VOID"
UNKEYED = Key("", "")  # QAD knows no idempotency keys
DEAD = frozenset({VOID, "BOUNCED"})


class SupplierPaymentTarget:
    """Writes supplier payments under logical names; an earlier attempt's payment is known by its reference.

    The reference is the other system's own id of the payment. Supplier, currency, amount and allocations must be
    the same too.
    """

    at_once = 1  # QAD takes one record per call, so that whatever goes wrong is about that one

    def __init__(self, client: QadClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the payment that an earlier attempt made of each body, or None; one payment stands for one body.

        `since` narrows nothing: a payment that agrees in everything is the same payment, however old it is. One that
        counts is preferred to one that was voided, but a voided one is found too.
        """
        taken: set[str] = set()
        return [await self._find_one(body, taken) for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates each payment that QAD takes; one without a reference is refused, since it could not be found again.

        Raises:
            AnswerLostError: the last one that was sent may have been created.
        """
        return [await self._create_one(body) for body in bodies]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Makes the payment's fields what the body says, its status for example; repeating it is harmless.

        Raises:
            RefusedError: QAD's status ladder, or another rule, does not allow it.
        """
        fields = {name: value for name, value in body.items() if name not in KEYS}
        return Found(target_id, await self._client.update(PAYMENT, key_of(target_id, PAYMENT), lambda _payment: fields))

    async def archive(self, target_id: str) -> Found:
        """Voids the payment, which opens its invoices again; repeating it is harmless.

        Raises:
            RefusedError: QAD does not allow it from the payment's status.
        """
        return await self.update(target_id, {"status": VOID}, UNKEYED)

    async def _create_one(self, body: Body) -> Found | RefusedError:
        if not str(body.get("reference") or "").strip():
            return RefusedError(
                "a payment without a reference is not sent to QAD: after a lost answer it could not be found again",
                system=SYSTEM,
                field="reference",
                remedy="Map the payment's own id to its reference.",
            )
        try:
            made = await self._client.create(PAYMENT, body)
        except RefusedError as refusal:
            return refusal
        return Found(id_of(PAYMENT, made), made)

    async def _find_one(self, body: Body, taken: set[str]) -> Found | None:
        matches = [found for found in await self._candidates(body) if found.id not in taken]
        matches.sort(key=lambda found: found.record.get("status") in DEAD)
        if not matches:
            return None
        taken.add(matches[0].id)
        return matches[0]

    async def _candidates(self, body: Body) -> list[Found]:
        """Returns the payments that agree with the body, each read whole, for a browse's row lacks the allocations."""
        rows = [row async for page in self._client.browse(PAYMENT, _search(body)) for row in page.rows]
        alike = [row for row in rows if _identity(row) == _identity(body) and all(name in row for name in KEYS)]
        whole = [await self._client.get(PAYMENT, {name: row[name] for name in KEYS}) for row in alike]
        return [Found(id_of(PAYMENT, one), one) for one in whole if one and _same(one, body)]


def _search(body: Body) -> list[Filter]:
    reference = str(body.get("reference") or "")
    if "," not in reference:
        return [("reference", "eq", reference)]
    # A browse has no escape for a comma, so the rows of that supplier and day are compared one by one.
    return [("supplier", "eq", body.get("supplier")), ("payment_date", "eq", body.get("payment_date"))]


def _identity(record: Mapping[str, Any]) -> tuple[str, str]:
    return (str(record.get("reference") or "").strip(), str(record.get("supplier") or "").strip())


def _same(payment: Mapping[str, Any], body: Body) -> bool:
    return (
        _identity(payment) == _identity(body)
        and payment.get("entity") == body.get("entity", payment.get("entity"))
        and payment.get("currency") == body.get("currency", payment.get("currency"))
        and money(payment.get("amount")) == money(body.get("amount"))
        and _settled(payment) == _settled(body)
    )


def _settled(payment: Mapping[str, Any]) -> Counter[tuple[str, str, str, str, Decimal, Decimal]]:
    """Returns what the payment settles, whichever order its allocations come in."""
    return Counter(
        (
            str(row.get("entity", "")),
            str(row.get("posting_year", "")),
            str(row.get("daybook", "")),
            str(row.get("voucher", "")),
            money(row.get("amount")) or Decimal(0),
            money(row.get("discount")) or Decimal(0),
        )
        for row in payment.get("allocations") or ()
    )
