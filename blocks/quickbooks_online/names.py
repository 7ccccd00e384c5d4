"""Names of vendors, which QuickBooks Online wants unique among vendors, customers and employees together."""

import re
import unicodedata

LIMIT = 500  # characters of a DisplayName
DELETED = " (deleted)"  # what the vendor adds to the name of an entry that was made inactive
_DELETED = re.compile(r" \(deleted(?: \d+)?\)$")  # numbered where that name is taken, too
SUFFIXES = ("", " (Vendor)", *(f" (Vendor {number})" for number in range(2, 10)))


def cleaned(name: str, limit: int = LIMIT) -> str:
    """Returns the name as the vendor takes it: without colons, line breaks and double blanks, and not too long."""
    plain = "".join(" " if one == ":" or unicodedata.category(one) in {"Cc", "Cs"} else one for one in name)
    return " ".join(plain.split())[:limit].rstrip()


def variants(name: str) -> tuple[str, ...]:
    """Returns the names that a vendor of this name may get, in the order in which they are tried."""
    plain = cleaned(name)
    return tuple(cleaned(plain, LIMIT - len(suffix)) + suffix for suffix in SUFFIXES)


def is_variant(name: str, display_name: str) -> bool:
    """Tells whether a vendor that shows this name may have been made for the other one."""
    return variant_number(name, display_name) > 0


def variant_number(name: str, display_name: str) -> int:
    """Returns which variant of the name is shown, counted from 1; 0 if it is another name."""
    shown = comparable(display_name)
    return next((number for number, one in enumerate(variants(name), 1) if comparable(one) == shown), 0)


def comparable(name: str) -> str:
    """Returns the name in the form in which the vendor compares: whatever the case, the blanks and the state."""
    return cleaned(bare(name)).casefold()


def bare(display_name: str) -> str:
    """Returns the name without what the vendor adds when the entry is made inactive."""
    return _DELETED.sub("", display_name.strip())
