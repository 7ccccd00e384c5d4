"""Steers a sandbox in another process by its control routes."""

from typing import Any

import httpx


class Remote:
    """One sandbox vendor, at its address."""

    def __init__(self, url: str) -> None:
        """Keeps the address, without a path."""
        self.url = url

    def post(self, name: str, body: Any = None) -> Any:
        """Asks the control route `name`, and returns its answer."""
        answer = httpx.post(f"{self.url}/_sandbox/{name}", json={} if body is None else body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def calls(self, contains: str = "") -> list[dict[str, Any]]:
        """Returns the logged requests whose "METHOD /path?query" contains a text."""
        logged = httpx.get(f"{self.url}/_sandbox/requests", timeout=60).json()["requests"]
        return [row for row in logged if contains in f"{row['method']} {row['path']}?{row['query']}"]
