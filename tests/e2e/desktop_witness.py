"""A company file that keeps what it was given, so that a test can tell what was executed, and how often."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from tests.sandbox.quickbooks_desktop import CompanyFile

_SET_ID = re.compile(r'<QBXMLMsgsRq[^>]* newMessageSetID="([^"]*)"')
_WRITES = ("Add", "Mod", "Del", "Void")


class Witness(CompanyFile):
    """One company file, which keeps every document that QuickBooks was handed."""

    def __init__(self, **options: Any) -> None:
        """Has been handed nothing yet."""
        super().__init__(**options)
        self.documents: list[str] = []
        self.after_write: Callable[[], object] | None = None  # is called once, when a document that writes is executed

    def process(self, qbxml: str) -> str:
        """Returns the responses to one document, as QuickBooks does."""
        self.documents.append(qbxml)
        answered = super().process(qbxml)
        if self.after_write and _SET_ID.search(qbxml):
            then, self.after_write = self.after_write, None
            then()
        return answered

    @property
    def written(self) -> int:
        """How many requests have changed something."""
        return sum(one.code == 0 and one.message.endswith(_WRITES) for one in self.executed)


def assert_executed_once(company: Witness) -> int:
    """Fails if a message set came with two contents, or one of its requests made two records.

    Returns how many message sets came more than once.
    """
    contents: defaultdict[str, list[str]] = defaultdict(list)
    for document in company.documents:
        if found := _SET_ID.search(document):
            contents[found[1]].append(document)
    for set_id, documents in contents.items():
        assert len(set(documents)) == 1, f"message set {set_id} came with {len(set(documents))} contents"
    made = Counter(
        (one.message_set_id, one.request_id)
        for one in company.executed
        if one.code == 0 and one.message.endswith("Add")
    )
    twice = [key for key, times in made.items() if times > 1]
    assert not twice, f"{len(twice)} requests were executed twice, for example {twice[0]}"
    unnamed = [one for one in company.executed if one.message.endswith(_WRITES) and not one.message_set_id]
    assert not unnamed, f"{len(unnamed)} requests wrote without the id of a message set"
    return sum(len(documents) > 1 for documents in contents.values())
