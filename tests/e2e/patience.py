"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any

import httpx

http = httpx.Client(timeout=120, limits=httpx.Limits(max_keepalive_connections=0))  # keeps no connection open


def until(true: Callable[[], Any], seconds: float = 120) -> None:
    """Returns as soon as it is true.

    Raises:
        TimeoutError: it is not, after so many seconds.
    """
    give_up = time.monotonic() + seconds
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Tells whether the address answers with a success."""
    try:
        return http.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False
