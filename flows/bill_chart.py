"""BILL's accounts, classes and departments as rows that look for counterparts."""

from blocks.bill.models import Classification
from blocks.exact import Record
from blocks.source import Row, content_hash
from flows.charts import Coded


def coded(row: Row) -> Coded:
    """Returns what an entry of one of BILL's lists is known by."""
    entry: Classification = row.content
    number = (entry.account.number if entry.account else None) or entry.short_name
    return Coded(number or "", entry.name or "")


def rows(record: Record) -> list[Row]:
    """Returns the entry as a row."""
    entry = Classification.model_validate(record)
    number = (entry.account.number if entry.account else None) or entry.short_name or entry.name
    seen = content_hash([number, entry.name, entry.archived])
    return [Row(entry.id, number or entry.id, seen, entry)]
