"""What the web app must know of a vendor that sends notifications."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from prefect.blocks.core import Block
from starlette.datastructures import Headers

Keys = tuple[str, ...]


class Told(NamedTuple):
    """One event that a notification tells of."""

    event_id: str
    event_type: str
    record_id: str  # empty where the event is about no record
    account: str  # whose record it is, as the vendor names its customers
    said: Any  # what is kept of it, besides
    changed_at: datetime | None = None  # when the record changed, by the vendor's clock


@dataclass(frozen=True)
class Sender:
    """A vendor that sends notifications: how they are verified, and what they say."""

    system: str  # as connections name it: "bill"
    title: str  # as people name it: "BILL"
    keys: Callable[[Block], Keys]  # what the credentials have to verify with; without any, the endpoint is off
    genuine: Callable[[Keys, Headers, bytes], bool]  # the request was made by who knows one of them
    account: Callable[[Block], str]  # which account the credentials sign in to
    read: Callable[[bytes], Sequence[Told]]  # what it says; ValueError if that is nothing
