"""Notifications of BILL.

Source: BILL v3 API, webhook notification rules and security.
"""

from typing import cast

from fastapi import APIRouter, Request, Response
from prefect.blocks.core import Block
from starlette.datastructures import Headers

from blocks.bill.credentials import BillCredentials
from blocks.bill.signature import HEADER, parse, verify
from deployments.web.reception import received
from deployments.web.sender import Keys, Sender, Told

router = APIRouter()


def _keys(credentials: Block) -> Keys:
    given = cast(BillCredentials, credentials).webhook_security_keys
    return tuple(key for key in (secret.get_secret_value().strip() for secret in given) if key)


def _genuine(keys: Keys, headers: Headers, raw: bytes) -> bool:
    return verify(raw, headers.get(HEADER, ""), keys)


def _account(credentials: Block) -> str:
    return cast(BillCredentials, credentials).organization_id


def _read(raw: bytes) -> list[Told]:
    notification = parse(raw)
    about, said = notification.metadata, raw.decode(errors="replace")
    return [Told(about.event_id, about.event_type, notification.record_id or "", about.organization_id or "", said)]


BILL = Sender(system="bill", title="BILL", keys=_keys, genuine=_genuine, account=_account, read=_read)


@router.post("/webhooks/bill/{connection}")
async def bill(connection: str, request: Request) -> Response:
    """The notification is in the inbox of each connection of this name whose keys signed it."""
    return await received(request, BILL, connection=connection)
