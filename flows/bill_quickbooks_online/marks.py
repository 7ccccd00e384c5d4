"""Reads back whose document a private note says that it is; see `mapping.marker`."""

import re
from typing import NamedTuple

_MARK = re.compile(
    r"^\s*BILL bill (?P<bill>\S+) of (?P<organization>[^\s,:]+)(?:, department (?P<department>[^\s:]+))?: invoice ",
    re.MULTILINE,
)


class Mark(NamedTuple):
    """The bill, or the part of it, that a document stands for by its note."""

    bill: str
    organization: str  # BILL's id of it
    department: str  # empty where the document is the whole bill


def marks_of(note: str) -> list[Mark]:
    """Returns the marks of a note, each once, wherever people have moved them."""
    found = (Mark(one["bill"], one["organization"], one["department"] or "") for one in _MARK.finditer(note))
    return list(dict.fromkeys(found))
