"""Payments: create, cancel, void, and the recording of payments made elsewhere.

Source: BILL v3 API, payments and recorded payments.
"""

from datetime import timedelta
from typing import Any

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import ZERO, Fields, Findings
from tests.sandbox.bill.ledger import PAID, move, settle_payment, status_of
from tests.sandbox.bill.listings import PAYMENTS
from tests.sandbox.bill.lists import listed
from tests.sandbox.bill.payment_checks import checked_online, checked_splits
from tests.sandbox.bill.sessions import Sessions
from tests.sandbox.bill.wire import Record, Refusal, Row, refusal

BULK_LIMIT = 50
COMBINED_LIMIT = 35
_VOIDS = ("VOID_ONLY", "VOID_AND_CREDIT", "VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD")


class Payments:
    """Answers everything under /v3/payments, and /v3/bills/record-payment."""

    def __init__(self, books: Books, sessions: Sessions) -> None:
        """Works on the organization's books."""
        self.books = books
        self.sessions = sessions

    def endpoints(self) -> list[Endpoint]:
        """Returns the payment endpoints; there is no change and no archive."""
        one = "/v3/payments/{id}"
        return [
            ("POST", "/v3/bills/record-payment", self._record),
            ("GET", "/v3/payments", self._list),
            ("POST", "/v3/payments", self._create),
            ("POST", "/v3/payments/bulk", self._bulk),
            ("GET", one, lambda call: (200, self._of(call))),
            ("POST", f"{one}/cancel", self._cancel),
            ("POST", f"{one}/void", self._void),
        ]

    def enter(self, vendor_id: str, splits: list[Record], **fields: Any) -> Record:
        """Writes a payment of checked splits, settles its bills, and returns it; creation tells nobody."""
        now, number = self.books.stamp(), len(self.books.payments) + 1
        single = fields.pop("singleStatus", "SCHEDULED")
        payment: Record = {
            "id": self.books.ids.new("payment"),
            "vendorId": vendor_id,
            "vendorName": self.books.vendors[vendor_id]["name"],
            "billPayments": [{"id": self.books.ids.new("split"), **split} for split in splits],
            "amount": sum((split["amount"] for split in splits), ZERO),
            "transactionNumber": f"BILL{number:010}",
            "confirmationNumber": f"P{now[2:4]}{now[5:7]}{now[8:10]}01 - {number:07}",
            "processDate": self.next_day(),
            "status": status_of(single, "SCHEDULED"),
            "singleStatus": single,
            "onlinePayment": True,
            "disbursementType": "ACH",
            "disbursementInfo": {"isVoidable": single in PAID},
            "voidInfo": [],
            "cancelRequestSubmitted": False,
            "createdBy": self.books.user_id,
            "createdTime": now,
            "updatedTime": now,
            **{name: value for name, value in fields.items() if value is not None},
        }
        payment["fundingAmount"] = payment["amount"]
        if len(splits) == 1:
            payment["billId"] = splits[0]["billId"]
        self.books.payments[payment["id"]] = payment
        for split in splits:
            self.books.payments_of.setdefault(split["billId"], []).append(payment["id"])
        settle_payment(self.books, payment)
        return payment

    def next_day(self) -> str:
        """Returns the next business day in the vendor's time."""
        day = self.books.frame.clock.now().date() + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return day.isoformat()

    def _list(self, call: Call) -> Reply:
        page = listed(self.books.payments.values(), call.query, PAYMENTS)
        if self.books.switches.thin_rows:
            page["results"] = [{k: v for k, v in row.items() if k not in PAYMENTS.thin} for row in page["results"]]
        return 200, page

    def _create(self, call: Call) -> Reply:
        self.sessions.require_trust(call.session)
        body = call.body if isinstance(call.body, dict) else {}
        try:
            common, splits = checked_online(self.books, call, [body])
        except Refusal as refusing:
            self._failed(call, refusing, [body])
            raise
        return 201, self.enter(self._payee(splits[0]), splits, **common)

    def _bulk(self, call: Call) -> Reply:
        self.sessions.require_trust(call.session)
        body = call.body if isinstance(call.body, dict) else {}
        rows = body.get("payments") if isinstance(body.get("payments"), list) else []
        try:
            if not 0 < len(rows or []) <= BULK_LIMIT:
                raise refusal("BDC_1129", f"payments: must have 1 to {BULK_LIMIT} items")
            common, splits = checked_online(self.books, call, rows or [])
        except Refusal as refusing:
            self._failed(call, refusing, rows or [])
            raise
        return 201, {"payments": [self.enter(self._payee(group[0]), group, **common) for group in self._groups(splits)]}

    def _groups(self, splits: list[Record]) -> list[list[Record]]:
        """Returns the splits by payment: a vendor that combines gets one for each 35 bills."""
        by_vendor: dict[str, list[Record]] = {}
        for split in splits:
            by_vendor.setdefault(self._payee(split), []).append(split)
        groups: list[list[Record]] = []
        for vendor_id, mine in by_vendor.items():
            combines = self.books.vendors[vendor_id]["additionalInfo"].get("combinePayments")
            size = COMBINED_LIMIT if combines else 1
            groups.extend(mine[start : start + size] for start in range(0, len(mine), size))
        return groups

    def _payee(self, split: Record) -> str:
        return str(self.books.bills[split["billId"]]["vendorId"])

    def _record(self, call: Call) -> Reply:
        findings = Findings()
        fields = Fields(call.body, findings)
        vendor = self.books.reference(fields, "vendorId", "vendor", required=True)
        process = fields.date("processDate", required=True)
        printing = fields.flag("toPrintCheck", required=True)
        reference = fields.text("syncReference")
        export = fields.flag("allowExport")
        classifications = self.books.classified(fields, "classifications")
        splits = checked_splits(self.books, fields.rows("payments", required=True), findings)
        for split in splits:
            if vendor and split and self._payee(split) != vendor["id"]:
                fields.wrong("payments", f"{split['billId']} is another vendor's", "BDC_1143")
        findings.settle()
        payment = self.enter(
            str(fields.at("vendorId")),
            splits,
            singleStatus="CLEARED",
            onlinePayment=False,
            disbursementType="OFFLINE",
            processDate=process,
            toPrintCheck=printing,
            syncReference=reference,
            allowExport=export,
            classifications=classifications,
            description=fields.text("description"),
            createdBy=call.session.user_id,
        )
        return 200, payment

    def _cancel(self, call: Call) -> Reply:
        self.sessions.require_trust(call.session)
        payment = self._of(call)
        if payment["singleStatus"] != "SCHEDULED":
            raise refusal("BDC_1143", "Only a scheduled payment can be cancelled")
        payment["cancelRequestSubmitted"] = True
        return 200, move(self.books, payment, "CANCELED")

    def _void(self, call: Call) -> Reply:
        self.sessions.require_trust(call.session)
        payment = self._of(call)
        findings = Findings()
        fields = Fields(call.body, findings)
        kind = fields.one_of("type", _VOIDS, required=True)
        reason = fields.text("reason", required=True)
        findings.settle()
        if payment["singleStatus"] not in PAID or payment["singleStatus"] == "VOID_PENDING":
            raise refusal("BDC_1143", "The payment cannot be voided")
        online = payment["onlinePayment"]
        now = self.books.stamp()
        payment["voidInfo"].append(
            {
                "id": f"{payment['id']}-{len(payment['voidInfo']) + 1}",
                "requestedBy": call.session.user_id,
                "type": kind,
                "status": "TO_BE_PROCESSED" if online else "ACCEPTED",
                "reason": reason,
                "createdTime": now,
                "updatedTime": now,
            }
        )
        return 200, move(self.books, payment, "VOID_PENDING" if online else "VOIDED")

    def _of(self, call: Call) -> Record:
        return self.books.found("payment", call.path["id"])

    def _failed(self, call: Call, refusing: Refusal, rows: list[Any]) -> None:
        """Tells the subscribers of a payment that was not made; it has no id."""
        body = call.body if isinstance(call.body, dict) else {}
        bills = [
            {"id": row["billId"], "amount": row.get("amount")}
            for row in rows
            if isinstance(row, dict) and "billId" in row
        ]
        known = self.books.bills.get(str(bills[0]["id"])) if bills else None
        now = self.books.now()
        payment: Record = {"bills": bills, "createdBy": call.session.user_id, "createdTime": now, "updatedTime": now}
        payment |= {name: body[name] for name in ("transactionNumber", "fundingAccount") if name in body}
        if known is not None:
            payment["vendor"] = {"id": known["vendorId"], "name": self.books.vendors[known["vendorId"]]["name"]}
        errors = [_error(row, now) for row in refusing.rows]
        self.books.notify("payment.failed", {"payment": payment, "errors": errors})


def _error(row: Row, now: str) -> Record:
    return {"code": row.code, "message": row.message, "timestamp": now}
