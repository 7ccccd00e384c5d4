"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any

import httpx


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
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False
