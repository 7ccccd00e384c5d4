"""Turns away what no honest SOAP client sends, before a parser sees it."""

import re

MOST_TAGS = 200  # a call has twenty or thirty
LONGEST_TAG = 4096  # bytes
_TAG = re.compile(rb"""<[^<>"']*(?:"[^"<]*"[^<>"']*|'[^'<]*'[^<>"']*)*>""")
_SKIPPED = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))


class HostileError(ValueError):
    """The body is not a call, or would cost too much to read."""


def refuse_hostile(raw: bytes) -> None:
    """Returns if the body may be parsed: few and short tags, and no document type.

    Few tags bound what a parser keeps, however large the body; its text is not looked at.

    Raises:
        HostileError: it must not be parsed.
    """
    if b"\0" in raw:  # in UTF-16 or UTF-32 nothing below would be recognized
        raise HostileError("the envelope must be in UTF-8")
    tags, at = 0, raw.find(b"<")
    while at >= 0:
        tags += 1
        if tags > MOST_TAGS:
            raise HostileError("the envelope has too many elements")
        at = raw.find(b"<", _end_of_tag(raw, at))


def _end_of_tag(raw: bytes, at: int) -> int:
    for opening, closing in _SKIPPED:
        if raw.startswith(opening, at):
            end = raw.find(closing, at + len(opening))
            return end + len(closing) if end >= 0 else len(raw)
    if raw.startswith(b"<!", at):
        raise HostileError("the envelope must not have a document type")
    found = _TAG.match(raw, at, at + LONGEST_TAG)
    if found is None:
        raise HostileError("the envelope is not well-formed, or has a tag that is too long")
    return found.end()
