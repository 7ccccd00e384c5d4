"""Reads what a stranger sends, and not more of it than we are willing to hold."""

import asyncio

from fastapi import HTTPException, Request, status
from starlette.requests import ClientDisconnect

LARGEST = 1024 * 1024  # bytes
PATIENCE = 10.0  # seconds for the whole body; vendors do not wait longer for their answer either
HANG_UP = {"Connection": "close"}  # else the server goes on to take, and throw away, what is left of the body


async def bounded_body(request: Request, largest: int = LARGEST, patience: float = PATIENCE) -> bytes:
    """Returns the raw body, which is no larger than that whatever its headers claim.

    Args:
        request: what somebody sends.
        largest: bytes.
        patience: seconds for the whole body.

    Raises:
        HTTPException: 413, it is larger; 408, it did not arrive in time; 400, the sender hung up.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > len(str(largest)) or int(declared) > largest):
        raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, headers=HANG_UP)
    try:
        async with asyncio.timeout(patience):
            return await _read(request, largest)
    except TimeoutError:
        raise HTTPException(status.HTTP_408_REQUEST_TIMEOUT, headers=HANG_UP) from None
    except ClientDisconnect:
        raise HTTPException(status.HTTP_400_BAD_REQUEST) from None


async def _read(request: Request, largest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, headers=HANG_UP)
    return bytes(body)
