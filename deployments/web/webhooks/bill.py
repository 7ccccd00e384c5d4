"""Notifications of BILL.

Source: BILL v3 API, webhook notification rules and security.
"""

from typing import cast

from fastapi import APIRouter, Request, Response
from prefect.blocks.core import Block
from starlette.datastructures import Headers

from blocks.bill.credentials import BillCredentials
from blocks.bill.signature import HEADER, parse, verify
from deployments.web.reception import Sender, Told, received

router = APIRouter()


def _keys(credentials: Block) -> list[str]:
    given = cast(BillCredentials, credentials).webhook_security_keys
    return [key for key in (secret.get_secret_value().strip() for secret in given) if key]


def _genuine(credentials: Block, headers: Headers, raw: bytes) -> bool:
    return verify(raw, headers.get(HEADER, ""), _keys(credentials))


def _read(credentials: Block, raw: bytes) -> list[Told]:
    notification = parse(raw)
    about = notification.metadata
    ours = about.organization_id == cast(BillCredentials, credentials).organization_id
    return [Told(about.event_id, about.event_type, notification.record_id or "", ours)]


BILL = Sender(system="bill", title="BILL", guarded=lambda block: bool(_keys(block)), genuine=_genuine, read=_read)


@router.post("/webhooks/bill/{connection}")
async def bill(connection: str, request: Request) -> Response:
    """The notification is in the inbox of each connection of this name whose keys signed it."""
    return await received(request, connection, BILL)
