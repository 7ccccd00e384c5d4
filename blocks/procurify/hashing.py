"""When a record counts as changed: by fields that its list and its detail both show, however they write them."""

from collections.abc import Collection
from datetime import datetime

from blocks.procurify.values import Part
from blocks.source import content_hash


def hash_of(record: Part, names: Collection[str], *more: object) -> str:
    """Returns a hash of these fields, in whichever zone and with however many zeros they were written."""
    held = record.model_dump(mode="python", include=set(names))
    plain = {name: value.timestamp() if isinstance(value, datetime) else value for name, value in held.items()}
    return content_hash([plain, *more])
