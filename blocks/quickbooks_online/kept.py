"""Whether QuickBooks Online stored what was sent; it drops what its settings do not provide for, without a word."""

from collections.abc import Iterator
from decimal import Decimal

from blocks.errors import RefusedError
from blocks.exact import Record, money
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.document_lines import CLASS, detail, purpose
from blocks.quickbooks_online.models import DELETED
from blocks.quickbooks_online.values import CENT, changed_at, lines, text, total
from blocks.target import Found

REFERENCES = ("DepartmentRef", "ClassRef", "TermRef")


def found(sent: Record, stored: Record) -> Found:
    """Returns the record as it is stored, and what of it is not as it was sent."""
    return Found(text(stored, "Id"), stored, changed_at(stored), unkept(sent, stored))


def result(sent: Record, made: Record | RefusedError) -> Found | RefusedError:
    """Returns a refusal as it is, and otherwise the record as it is stored."""
    return made if isinstance(made, RefusedError) else found(sent, made)


def unkept(sent: Record, stored: Record) -> str:
    """Returns one sentence that names what was not stored as it was sent; nothing if all was."""
    if text(stored, "status") == DELETED:
        return ""
    named = [*_fields(sent, stored), *(_lines(sent, stored) if sent.get("Line") else ())]
    if not named:
        return ""
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{SYSTEM} did not keep {listed}"


def _fields(sent: Record, stored: Record) -> Iterator[str]:
    if (number := text(sent, "DocNumber")) and number != text(stored, "DocNumber"):
        yield f"DocNumber ({number} became {text(stored, 'DocNumber') or 'none'})"
    for name in REFERENCES:
        if (value := text(sent, name, "value")) and value != text(stored, name, "value"):
            yield name
    if sent.get("Line") and _cents(total(sent)) != _cents(total(stored)):
        yield f"TotalAmt ({_cents(total(sent))} became {_cents(total(stored))})"


def _lines(sent: Record, stored: Record) -> Iterator[str]:
    ours, theirs = lines(sent), lines(stored)
    if len(ours) != len(theirs):
        yield f"the lines ({len(ours)} became {len(theirs)})"
        return
    for number, (line, kept) in enumerate(zip(ours, theirs, strict=True), 1):
        if purpose(line) != purpose(kept):
            yield f"{_word(line)} of line {number}"
        if (value := text(detail(line), CLASS, "value")) and value != text(detail(kept), CLASS, "value"):
            yield f"{CLASS} of line {number}"


def _word(line: Record) -> str:
    return "ItemRef" if "ItemRef" in detail(line) else "AccountRef"


def _cents(amount: Decimal) -> Decimal:
    return (money(amount) or Decimal(0)).quantize(CENT)
