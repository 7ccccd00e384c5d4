"""Whether two vendor records are one party: never by the name alone, and always with the reason kept."""

from typing import NamedTuple

SIGNS = frozenset("*•")  # never part of a number
MASKS = SIGNS | {"X"}
SHOWN = 4  # how many characters of a masked tax id can be read


class Party(NamedTuple):
    """What a vendor is known by besides its name; empty where a system does not tell."""

    tax_id: str = ""
    email: str = ""
    street: str = ""
    post_code: str = ""


def agreements(ours: Party, theirs: Party) -> list[str]:
    """Returns in which points the two agree, for people."""
    return [what for what, one, other in _points(ours, theirs) if one and one == other]


def contradictions(ours: Party, theirs: Party) -> list[str]:
    """Returns in which points that both tell they do not agree, for people."""
    return [what for what, one, other in _points(ours, theirs) if one and other and one != other]


def plain(text: object) -> str:
    """Returns the text without what people do not see as a difference: case, and blanks in excess."""
    return " ".join(str(text or "").casefold().split())


def _points(ours: Party, theirs: Party) -> list[tuple[str, str, str]]:
    return [
        _tax_point(ours.tax_id, theirs.tax_id),
        ("e-mail", plain(ours.email), plain(theirs.email)),
        ("address", _place(ours), _place(theirs)),
    ]


def _tax_point(ours: str, theirs: str) -> tuple[str, str, str]:
    one, other = _compact(ours), _compact(theirs)
    if _masked(one) or _masked(other):
        return "end of the tax id", _readable(one), _readable(other)
    return "tax id", one, other


def _readable(tax_id: str) -> str:
    """Returns the end of the number; nothing of one that is masked to its end."""
    end = tax_id[-SHOWN:]
    return end if len(end) == SHOWN and not set(end) & MASKS else ""


def _masked(tax_id: str) -> bool:
    return (len(tax_id) > SHOWN and set(tax_id[:-SHOWN]) <= MASKS) or bool(SIGNS & set(tax_id))


def _compact(text: str) -> str:
    return "".join(one for one in text.upper() if one.isalnum() or one in SIGNS)


def _place(party: Party) -> str:
    return f"{plain(party.street)}|{plain(party.post_code)}" if party.street and party.post_code else ""
