"""What QuickBooks Desktop can hold of a text: Latin-1, no control characters, and no name that another one has.

Rules: curly quotes, dashes and the like become plain ones; other scripts are written in Latin letters; what has no
such form is left out, so that no text ever turns into question marks. A colon in a name becomes " - ".
"""

import re
import unicodedata

from anyascii import anyascii

NAME = 41  # characters of a vendor's name
LONGEST = 4095  # characters of any text
SUFFIXES = ("", " (V)", *(f" (V{number})" for number in range(2, 10)))
_COLONS = re.compile(r"\s*:[\s:]*")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, joiners, halves of characters, and no characters


def storable(text: str, limit: int) -> str:
    """Returns the text as QuickBooks holds it, with single blanks, cut off at so many characters."""
    plain = text.isascii() and text.isprintable()
    latin = text if plain else "".join(map(_latin, unicodedata.normalize("NFC", text)))
    return " ".join(latin.split())[:limit].rstrip()


def list_name(text: str, limit: int = NAME) -> str:
    """Returns the text as the name of an entry in a list, which has no colon: `A: B` becomes `A - B`."""
    plain = storable(text, limit + LONGEST)
    named = _COLONS.sub(" - ", plain)
    return storable(plain if named == plain else named.strip(" -"), limit)


def variants(name: str, limit: int = NAME) -> tuple[str, ...]:
    """Returns the names that a vendor of this name may get, in the order in which they are tried."""
    plain = list_name(name, limit)
    return tuple(plain[: limit - len(suffix)].rstrip() + suffix for suffix in SUFFIXES)


def variant_number(name: str, shown: str) -> int:
    """Returns which variant of the name is shown, counted from 1; 0 if it is another name."""
    held = comparable(shown)
    return next((number for number, one in enumerate(variants(name), 1) if comparable(one) == held), 0)


def comparable(name: str) -> str:
    """Returns the name in the form in which two names of one list must differ."""
    return list_name(name).casefold()


def _latin(one: str) -> str:
    if one.isspace():
        return " "
    kind = unicodedata.category(one)
    if kind in _INVISIBLE:
        return ""
    if ord(one) < 256:
        return one
    plain = anyascii(one)
    return plain.replace(":", " ") if kind == "So" else plain
