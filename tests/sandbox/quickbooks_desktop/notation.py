"""A short notation for the ordered content of elements, and what it is read into.

`Name!:41` is a required text of at most 41 characters, `IsActive:BOOL` an optional boolean, `TermsRef@31` a
reference whose FullName has at most 31, `Line*{...}` a repeatable aggregate, `(A:1 | B:2 C:3)` a choice of sequences.
`!` is required, `*` repeatable, both follow a closing parenthesis too; `~8` means that it came with qbXML 8.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.sandbox.quickbooks_desktop import facets

_TOKEN = re.compile(
    r"(?P<name>[A-Za-z]\w*)(?P<marks>[!*]*)(?::(?P<type>\w+)|@(?P<ref>\d+)|(?P<open>\{))?"
    r"|(?P<punctuation>[(|)}])(?P<after>[!*]*)|~(?P<since>\d+)"
)


@dataclass(frozen=True)
class Element:
    """One element: its type, or its own ordered content."""

    name: str
    required: bool = False
    repeatable: bool = False
    kind: str = "TEXT"  # of the value; "" for an aggregate
    limit: int = 0
    content: "Sequence | None" = None
    reference: bool = False
    since: int = 0  # the first qbXML that has it


@dataclass(frozen=True)
class Choice:
    """One of several sequences."""

    options: "tuple[Sequence, ...]"
    required: bool = False
    repeatable: bool = False


@dataclass(frozen=True)
class Sequence:
    """Particles in the order in which they must come."""

    particles: tuple[Element | Choice, ...]
    first: frozenset[str] = field(init=False)  # what it may begin with
    optional: bool = field(init=False)
    elements: tuple[Element, ...] = field(init=False)  # all of them, those of choices among them

    def __post_init__(self) -> None:
        first: set[str] = set()
        optional = True
        for each in self.particles:
            first |= {each.name} if isinstance(each, Element) else {name for one in each.options for name in one.first}
            if each.required:
                optional = False
                break
        object.__setattr__(self, "first", frozenset(first))
        object.__setattr__(self, "optional", optional)
        object.__setattr__(self, "elements", tuple(_flat(self.particles)))


def _flat(particles: Iterable[Element | Choice]) -> Iterator[Element]:
    for each in particles:
        if isinstance(each, Element):
            yield each
        else:
            for option in each.options:
                yield from option.elements


def sequence(text: str) -> Sequence:
    """Returns what the notation says.

    Raises:
        ValueError: it is not well formed.
    """
    reader = _Reader(text)
    found = reader.sequence()
    if reader.left:
        raise ValueError(f"too much in the notation: {reader.left[0].group()}")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.left = list(_TOKEN.finditer(text))

    def sequence(self) -> Sequence:
        particles: list[Element | Choice] = []
        while self.left and (self.left[0]["name"] or self.left[0]["punctuation"] == "("):
            particles.append(self._element() if self.left[0]["name"] else self._choice())
        return Sequence(tuple(particles))

    def _element(self) -> Element:
        token = self.left.pop(0)
        content, reference = None, token["ref"] is not None
        if token["open"]:
            content = self.sequence()
            self._close("}")
        if reference:
            content = Sequence((Element("ListID", kind="ID"), Element("FullName", limit=int(token["ref"]))))
        kind, limit = _typed(token["type"])
        since = int(self.left.pop(0)["since"]) if self.left and self.left[0]["since"] else 0
        marks = token["marks"]
        return Element(token["name"], "!" in marks, "*" in marks, kind, limit, content, reference, since)

    def _choice(self) -> Choice:
        self.left.pop(0)
        options = [self.sequence()]
        while self.left[0]["punctuation"] == "|":
            self.left.pop(0)
            options.append(self.sequence())
        marks = self._close(")")
        return Choice(tuple(options), "!" in marks, "*" in marks)

    def _close(self, punctuation: str) -> str:
        token = self.left.pop(0)
        if token["punctuation"] != punctuation:
            raise ValueError(f"{punctuation} expected, not {token.group()}")
        return token["after"] or ""


def _typed(text: str | None) -> tuple[str, int]:
    if text is None or text.isdigit():
        return "TEXT", int(text or 0)
    if text not in facets.KNOWN:
        raise ValueError(f"no such type: {text}")
    return text, 0
