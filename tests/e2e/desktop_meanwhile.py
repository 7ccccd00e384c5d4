"""What people do in QuickBooks just before it works on a document of ours."""

from collections.abc import Callable
from typing import Any

from tests.e2e.desktop import Desktop


def meanwhile(it: Desktop, message: str, act: Callable[[], Any]) -> list[str]:
    """Somebody acts once, right before QuickBooks works on the next document that has this message.

    Returns:
        The documents before which that was done, of which there is one at most.
    """
    process, struck = it.company.process, list[str]()

    def interrupted(document: str) -> str:
        if not struck and f"<{message} " in document:
            struck.append(document)
            act()
        return process(document)

    it.company.process = interrupted  # type: ignore[method-assign]
    return struck
