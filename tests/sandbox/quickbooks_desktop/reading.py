"""Reads an element by its notation: the order must be right at once, a value may turn out wrong later."""

from typing import Any, cast

from lxml import etree

from tests.sandbox.quickbooks_desktop import facets, refusals
from tests.sandbox.quickbooks_desktop.errors import unparsed
from tests.sandbox.quickbooks_desktop.notation import Choice, Element, Sequence
from tests.sandbox.quickbooks_desktop.refusals import Refusal
from tests.sandbox.quickbooks_desktop.switches import Switches

Record = dict[str, Any]
Node = etree._Element


class Reading:
    """Makes a record of a request; of the values that are wrong it keeps the first.

    An empty element stands as "" or {}, which clears; what is missing says nothing.
    """

    def __init__(self, version: int, switches: Switches) -> None:
        """Reads as the qbXML of this major version."""
        self._version, self._switches = version, switches
        self.refusal: Refusal | None = None

    def record(self, content: Sequence, node: Node) -> Record:
        """Returns what the element holds.

        Raises:
            ProcessorError: an element is unknown, missing or out of order.
        """
        if (node.text or "").strip() or any((child.tail or "").strip() for child in node):
            raise unparsed(f"text in {node.tag}")
        children = [child for child in node if isinstance(child.tag, str)]
        record: Record = {}
        end = self._sequence(content, children, 0, record)
        if end < len(children):
            raise unparsed(f"{children[end].tag} is not expected there in {node.tag}")
        return record

    def _sequence(self, content: Sequence, children: list[Node], at: int, record: Record) -> int:
        for particle in content.particles:
            step = self._element if isinstance(particle, Element) else self._choice
            at = cast("Any", step)(particle, children, at, record)
        return at

    def _choice(self, choice: Choice, children: list[Node], at: int, record: Record) -> int:
        start = at
        while at < len(children) and (at == start or choice.repeatable):
            option = next((each for each in choice.options if children[at].tag in each.first), None)
            if option is None:
                break
            at = self._sequence(option, children, at, record)
        if at == start and choice.required and not any(option.optional for option in choice.options):
            raise unparsed(f"one of {sorted(name for option in choice.options for name in option.first)} is missing")
        return at

    def _element(self, element: Element, children: list[Node], at: int, record: Record) -> int:
        start = at
        while at < len(children) and children[at].tag == element.name and (at == start or element.repeatable):
            value = self._value(element, children[at])
            if element.repeatable:
                record.setdefault(element.name, []).append(value)
            else:
                record[element.name] = value
            at += 1
        if at == start and element.required:
            raise unparsed(f"{element.name} is missing")
        return at

    def _value(self, element: Element, node: Node) -> Any:
        if node.attrib or element.since > self._version:
            raise unparsed(f"{element.name} is not in qbXML {self._version}, or has attributes")
        if element.content is not None:
            return self.record(element.content, node)
        if any(isinstance(child.tag, str) for child in node):
            raise unparsed(f"{element.name} has elements")
        text = storable("".join(cast("list[str]", list(node.itertext()))), self._switches)
        return self._converted(element, text)

    def _converted(self, element: Element, text: str) -> Any:
        if not text and element.required:
            self.refusal = self.refusal or refusals.missing_element(element.name)
        if not text and element.kind not in facets.NEVER_EMPTY:
            return ""
        try:
            return facets.read(element.kind, element.limit, element.name, text)
        except Refusal as refusal:
            border = self._switches.enumerations if element.kind in facets.ENUMERATIONS else self._switches.facets
            if border == "document":
                raise unparsed(refusal.text) from None
            self.refusal = self.refusal or refusal
            return ""


def fits(letter: str, switches: Switches) -> bool:
    """Tells whether the company file can hold a character."""
    if ord(letter) < 0x100:
        return True
    try:
        return switches.windows_1252 and bool(letter.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def storable(text: str, switches: Switches) -> str:
    """Returns the text as the company file holds it: with `?` for every character that it cannot.

    Raises:
        ProcessorError: such characters are refused even as numeric references.
    """
    if text.isascii() or all(fits(letter, switches) for letter in text):
        return text
    if switches.non_latin == "all_refused":
        raise unparsed("a character that QuickBooks does not know")
    return "".join(letter if fits(letter, switches) else "?" for letter in text)
