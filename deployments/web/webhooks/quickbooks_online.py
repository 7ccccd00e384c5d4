"""Notifications of QuickBooks Online.

Intuit sends those of all companies of an app to one address, and one notification may tell of several companies.

Source: Intuit developer documentation, webhooks.
"""

from typing import cast

from fastapi import APIRouter, Request, Response
from prefect.blocks.core import Block
from starlette.datastructures import Headers

from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from blocks.quickbooks_online.signature import HEADER, verify
from blocks.quickbooks_online.webhooks import parse
from deployments.web.reception import received
from deployments.web.sender import Keys, Sender, Told

router = APIRouter()


def _keys(credentials: Block) -> Keys:
    token = cast(QuickBooksOnlineCredentials, credentials).webhook_verifier_token.get_secret_value().strip()
    return (token,) if token else ()


def _genuine(keys: Keys, headers: Headers, raw: bytes) -> bool:
    return verify(raw, headers.get(HEADER, ""), keys)


def _account(credentials: Block) -> str:
    return cast(QuickBooksOnlineCredentials, credentials).realm_id


def _read(raw: bytes) -> list[Told]:
    return [
        Told(event.event_id, event.event_type, event.record_id, event.realm_id, event.said, event.changed_at)
        for event in parse(raw)
    ]


QUICKBOOKS_ONLINE = Sender(
    system="quickbooks_online", title=SYSTEM, keys=_keys, genuine=_genuine, account=_account, read=_read
)


@router.post("/webhooks/quickbooks-online")
async def every_company(request: Request) -> Response:
    """Each event is in the inbox of every connection of its company whose verifier token signed the notification."""
    return await received(request, QUICKBOOKS_ONLINE)


@router.post("/webhooks/quickbooks-online/{realm_id}")
async def one_company(realm_id: str, request: Request) -> Response:
    """The same for the events of one company; those of others are passed over."""
    return await received(request, QUICKBOOKS_ONLINE, account=realm_id)
