"""The private note of a document, which people and ml-connector both write in; each line of ours can be told.

A line of ours begins with three words: `BILL`, what it is about, and that record's id in BILL. The first line of a
new document is its marker: by it the document is found again.
"""

import re

LIMIT = 4000  # characters of a PrivateNote
OURS, PAYMENT, WITHDRAWAL = "BILL", "payment", "withdrawal"
_BREAK = re.compile(r"\r\n|\r|\n")


def marker(note: str) -> str:
    """Returns the note's first line if it is one of ours, and otherwise nothing."""
    first = _lines(note)[0].strip()
    return first if _head(first) else ""


def holds(note: str, line: str) -> bool:
    """Tells whether the note has exactly this line, wherever people have moved it."""
    return line.strip() in (one.strip() for one in _lines(note))


def merged(note: str, ours: str) -> str:
    """Returns the note in which our lines say what they say now, and everybody else's stay as they are.

    A line replaces the one with the same first three words, or is added below. Where that is too long, the oldest of
    our lines about payments are left out; the text of other people is never cut.
    """
    lines = _lines(note) if note.strip() else []
    for line in filter(str.strip, _lines(ours)):
        place = next((index for index, old in enumerate(lines) if _same(old, line)), None)
        if place is None:
            lines.append(line)
        else:
            lines[place] = line
    return "\n".join(_fitting(lines))


def withdrawn(note: str, why: str) -> str:
    """Returns the note with a line that says why the document is closed, and not deleted."""
    record_id = next((head[2] for line in _lines(note) if (head := _head(line))), "bill")
    return merged(note, f"{OURS} {WITHDRAWAL} {record_id} {why}")


def _fitting(lines: list[str]) -> list[str]:
    left = list(lines)
    while sum(map(len, left)) + len(left) - 1 > LIMIT:
        oldest = next((index for index, line in enumerate(left) if _head(line)[1:2] == (PAYMENT,)), None)
        if oldest is None:
            break
        del left[oldest]
    return left


def _same(old: str, line: str) -> bool:
    return _head(old) == _head(line) if _head(line) else old.strip() == line.strip()


def _head(line: str) -> tuple[str, ...]:
    words = tuple(line.split(maxsplit=3)[:3])
    return words if len(words) == 3 and words[0] == OURS else ()


def _lines(note: str) -> list[str]:
    return _BREAK.split(note)
