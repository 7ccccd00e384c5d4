"""Finds, creates and changes supplier invoices in QAD, which only warns of a number that a supplier used before."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from blocks.errors import RefusedError
from blocks.exact import Record, money
from blocks.qad.client import QadClient
from blocks.qad.models import id_of, key_of
from blocks.qad.pages import Filter
from blocks.qad.profile import SYSTEM
from blocks.qad.remarks import warnings_in
from blocks.qad.translation import changed
from blocks.target import Body, Found, Key

INVOICE = "supplier_invoice"
KEYS = ("entity", "posting_year", "daybook", "voucher")
IDENTITY = ("supplier", "reference", "entity", "type")
AMOUNTS = ("original_credit", "original_debit")
A_DAY = timedelta(days=1)


class SupplierInvoiceTarget:
    """Writes supplier invoices under logical names; an earlier attempt's invoice is known by the supplier's number.

    Entity, type, currency and amount must be the same too. QAD numbers an invoice itself: a body gives `voucher` 0.
    """

    at_once = 1  # QAD takes one record per call

    def __init__(self, client: QadClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the invoice that an attempt after `since` made of each body, or None; one invoice is for one body.

        QAD notes only the day of a change, in a zone that it does not tell, so that a day more is looked at.
        """
        taken: set[str] = set()
        found = []
        for body in bodies:
            match = next((one for one in await self._candidates(body, since) if one.id not in taken), None)
            taken |= {match.id} if match else set()
            found.append(match)
        return found

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates each invoice that QAD takes, also under a number that the supplier used before: see `same_number`.

        One without a number is refused, since it could not be found again.

        Raises:
            AnswerLostError: the last one that was sent may have been created.
        """
        return [await self._create_one(body) for body in bodies]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Makes the invoice's fields what the body says, until it is approved; repeating it is harmless.

        Raises:
            RefusedError: it is approved already, or QAD does not allow it.
            NotFoundError: there is no such invoice.
        """
        fields = {name: value for name, value in body.items() if name not in KEYS}

        def before_approval(invoice: Record) -> Record:
            """Returns the fields, unless the invoice is approved and they would change it."""
            if invoice.get("is_approved") and (differs := changed(invoice, fields)):
                raise _approved(target_id, sorted(differs))
            return fields

        return self._found(await self._client.update(INVOICE, key_of(target_id), before_approval))

    async def archive(self, target_id: str) -> Found:
        """Never happens: invoices are posted, so that a person must reverse them.

        Raises:
            RefusedError: always, unless the invoice is not there any more.
        """
        invoice = await self._client.get(INVOICE, key_of(target_id))
        if invoice is None:
            return Found(target_id, {})
        raise RefusedError(
            f"supplier invoice {target_id} ({invoice.get('reference')}) stays in QAD: a posted invoice is not deleted",
            system=SYSTEM,
            remedy="Accounts payable reverses it in QAD with a correction, or takes it back in the source system.",
        )

    async def same_number(self, supplier: str, references: Sequence[str]) -> list[Record]:
        """Returns the supplier's invoices, of any status and type, that have one of these numbers.

        Case and outer spaces do not tell numbers apart here. The records are as the list shows them.
        """
        wanted = {reference.strip() for reference in references if reference.strip()}
        lists = await asyncio.gather(*(self._listed(supplier, one) for one in sorted(wanted)))
        folded = {one.casefold() for one in wanted}
        found = {id_of(INVOICE, row): row for rows in lists for row in rows if all(name in row for name in KEYS)}
        return [row for row in found.values() if _text(row, "reference").casefold() in folded]

    async def _create_one(self, body: Body) -> Found | RefusedError:
        if not _text(body, "reference"):
            return RefusedError(
                "an invoice without the supplier's number is not sent to QAD: after a lost answer it could not be"
                " found again",
                system=SYSTEM,
                field="reference",
                remedy="Enter the supplier's invoice number in the source system.",
            )
        try:
            return self._found(await self._client.create(INVOICE, body))
        except RefusedError as refusal:
            return refusal

    async def _candidates(self, body: Body, since: datetime) -> list[Found]:
        """Returns the invoices that agree with the body and are not too old, each read whole."""
        rows = await self._listed(_text(body, "supplier"), _text(body, "reference"))
        alike = [row for row in rows if _alike(row, body) and all(name in row for name in KEYS)]
        whole = [await self._client.get(INVOICE, {name: row[name] for name in KEYS}) for row in alike]
        earliest = (since - A_DAY).date()
        return [self._found(one) for one in whole if one and _same(one, body) and not _older(one, earliest)]

    async def _listed(self, supplier: str, reference: str) -> list[Record]:
        start, comma, _ = reference.partition(",")
        # A browse has no escape for a comma, so that more is read than asked for.
        numbered: list[Filter] = [("reference", "starts" if comma else "eq", start)] if start else []
        asked = self._client.browse(INVOICE, [("supplier", "eq", supplier), *numbered])
        return [row async for page in asked for row in page.rows if _text(row, "supplier") == supplier]

    def _found(self, invoice: Record) -> Found:
        return Found(id_of(INVOICE, invoice), invoice, wrong="; ".join(warnings_in(self._client.profile, invoice)))


def _alike(record: Mapping[str, Any], body: Body) -> bool:
    return all(_text(record, name) == _text(body, name) for name in IDENTITY if name in body)


def _same(invoice: Mapping[str, Any], body: Body) -> bool:
    amounts = ((money(invoice.get(name)) or Decimal(0), money(body.get(name)) or Decimal(0)) for name in AMOUNTS)
    currency = _text(body, "currency") or _text(invoice, "currency")
    return _alike(invoice, body) and _text(invoice, "currency") == currency and all(one == two for one, two in amounts)


def _older(invoice: Mapping[str, Any], earliest: date) -> bool:
    changed_on = invoice.get("modified_date")
    return isinstance(changed_on, date) and changed_on < earliest


def _text(record: Mapping[str, Any], name: str) -> str:
    return str(record.get(name) or "").strip()


def _approved(target_id: str, fields: Sequence[str]) -> RefusedError:
    return RefusedError(
        f"supplier invoice {target_id} is approved in QAD and keeps its {', '.join(fields)}",
        system=SYSTEM,
        remedy="Accounts payable takes the approval back in QAD, or corrects the invoice there.",
    )
