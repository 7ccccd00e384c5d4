"""Asks a QAD tenant over HTTP as a plain client does, for tests of the tenant itself."""

import json
import time
from decimal import Decimal
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send

from tests.sandbox.qad.emulator import QadSandbox
from tests.sandbox.qad.wire import dumps


class Door:
    """One served address that leads to whichever tenant stands behind it; starting a server is slow."""

    qad: QadSandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        await self.qad.app(scope, receive, send)


class Tenant:
    """A QAD tenant and a client that is signed in with Basic; numbers are read and written exactly."""

    def __init__(self, qad: QadSandbox, url: str) -> None:
        """Signs in with Basic at the served address."""
        self.qad, self.url = qad, f"{url}/clouderp"
        self.http = httpx.Client(base_url=self.url, auth=(qad.username, qad.password))

    def browse(self, browse_id: str, *filters: str, **query: Any) -> Any:
        """Returns one page of a list."""
        params: Any = {"browseId": browse_id, "filter": list(filters), **query}
        return read(self.http.get("/api/qracore/browses", params=params))

    def get(self, resource: str, **key: Any) -> Any:
        """Returns the whole answer to a read of a resource."""
        return read(self.http.get(f"/api/erp/{resource}", params=key))

    def post(self, resource: str, record: Any, **key: Any) -> Any:
        """Returns the whole answer to a create, or with a key to an update."""
        collection = "purchaseOrderLines" if resource.startswith("purchaseOrderLines") else resource
        text = dumps({"supplementaryMessages": [], collection: [record]})
        headers = {"content-type": "application/json"}
        return read(self.http.post(f"/api/erp/{resource}", params=key, content=text, headers=headers))

    def stored(self, resource: str, **key: Any) -> Any:
        """Returns the record under a key."""
        return the_one(self.get(resource, **key))

    def delete(self, resource: str, **key: Any) -> Any:
        """Returns the whole answer to a delete."""
        return read(self.http.delete(f"/api/erp/{resource}", params=key))


def read(response: httpx.Response) -> Any:
    """Returns the JSON of an answer, its fractions as Decimal."""
    return json.loads(response.content, parse_float=Decimal)


def the_one(body: Any) -> Any:
    """Returns the one record of an answer."""
    assert body.get("submitResult", {"success": True})["success"] is True, body
    (records,) = body["data"].values()
    (record,) = records
    return record


def refusal(body: Any) -> Any:
    """Returns the one error of an answer that a business rule refused."""
    assert body["submitResult"]["success"] is False and "data" not in body
    return body["submitResult"]["errors"][0]


def key_of(invoice: Any) -> dict[str, Any]:
    """Returns the four fields that name an invoice."""
    return {name: invoice[name] for name in ("entityCode", "postingYear", "daybookCode", "voucher")}


def payment_of(invoice: Any, amount: float, **fields: Any) -> dict[str, Any]:
    """Returns a payment that settles `amount` of one invoice."""
    today = f"{invoice['postingDate'][:10]}T00:00:00.000Z"
    allocation = {**key_of(invoice), "allocatedAmountTC": amount, "discountAmountTC": 0}
    return {
        "dataOperation": "C", "entityCode": "10USACO", "paymentYear": int(today[:4]), "paymentNumber": 0,
        "paymentInstrument": "ELECTRONICTRANSFER", "supplierCode": invoice["supplierCode"],
        "bankAccountCode": "1010-01", "currencyCode": invoice["currencyCode"], "amountTC": amount,
        "paymentDate": today, "paymentStatusCode": "PAID", "reference": "pay_1", "allocations": [allocation], **fields,
    }  # fmt: skip


def invoice_body(**fields: Any) -> dict[str, Any]:
    """Returns a sound invoice of 12.50, to be created today, with these fields changed."""
    line = {"accountCode": "6010", "costCenterCode": "100", "debitTC": 12.5}
    today = f"{time.strftime('%Y-%m-%d', time.gmtime())}T00:00:00.000Z"
    return {
        "dataOperation": "C", "concurrencyHash": "", "entityCode": "10USACO", "postingYear": int(today[:4]),
        "daybookCode": "SI", "voucher": 0, "invoiceType": "INVOICE", "supplierCode": "10S1001",
        "reference": "INV-88213", "currencyCode": "USD", "originalCreditTC": 12.5, "postingDate": today,
        "invoiceStatusCode": "AP-GLALLOC", "postingLines": [line], **fields,
    }  # fmt: skip


def token(tenant: Tenant, **form: str) -> httpx.Response:
    """Returns the answer to a sign-in by password, with these form fields changed."""
    asked = {"grant_type": "password", "client_id": tenant.qad.client_id, "username": tenant.qad.username,
             "password": tenant.qad.password, **form}  # fmt: skip
    return httpx.post(f"{tenant.url}/oauth/token", data=asked)


def control(tenant: Tenant, **headers: str) -> httpx.Response:
    """Returns the answer to a read of the lifetimes with no credentials but these headers."""
    return httpx.get(f"{tenant.url}/api/qracore/securityControl", headers=headers)
