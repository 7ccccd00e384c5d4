"""The records of BILL's lists, one after the other, and an entry of a list as it is matched."""

from collections.abc import AsyncIterator

from blocks.bill.pages import Page
from blocks.exact import Record
from tasks.state.mirrors import Mirrored


async def each(pages: AsyncIterator[Page]) -> AsyncIterator[Record]:
    """Yields the records of all pages, a page being read when it is needed."""
    async for page in pages:
        for record in page.results:
            yield record


def entry_of(record: Record) -> Mirrored:
    """Returns an account, class, department or location as it is matched."""
    number = str((record.get("account") or {}).get("number") or record.get("shortName") or "")
    return Mirrored(str(record["id"]), number, str(record.get("name") or ""), not record.get("archived"), {})
