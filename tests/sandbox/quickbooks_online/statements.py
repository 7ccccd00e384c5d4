"""The query language: reads a statement.

Source: QuickBooks Online API, "Data queries". Only AND combines; values stand in single quotes, with a backslash
before an apostrophe or backslash inside.
"""

import re
from dataclasses import dataclass

from tests.sandbox.quickbooks_online import refusals

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|(<=|>=|[=<>(),*])|([A-Za-z_][\w.]*)|(-?\d+))", re.DOTALL)
_OPERATORS = frozenset({"=", "<", ">", "<=", ">=", "in", "like"})


@dataclass(frozen=True)
class Condition:
    """One comparison; `values` has one value, or for `in` one or more."""

    property: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A statement that was read."""

    entity: str
    counts: bool = False
    columns: tuple[str, ...] = ()  # empty: all
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()  # property, descending
    start: int = 1
    most: int | None = None


@dataclass(frozen=True)
class _Token:
    kind: str  # text, sign, word, number, end
    value: str

    @property
    def word(self) -> str:
        return self.value.lower() if self.kind in ("word", "sign") else ""


def parsed(text: str) -> Statement:
    """Returns the statement.

    Raises:
        Refusal: 4000 where the text is not in the language, 4001 for STARTPOSITION or MAXRESULTS below 1.
    """
    return _Reader(_tokens(text)).statement()


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise refusals.not_parsed(f"Invalid content. Lexical error at column {at + 1}")
        quoted, sign, word, number = match.groups()
        if quoted is not None:
            tokens.append(_Token("text", re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)))
        else:
            tokens.append(_Token("sign" if sign else "word" if word else "number", sign or word or number))
        at = match.end()
    return [*tokens, _Token("end", "")]


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at = tokens, 0

    def statement(self) -> Statement:
        self._expect("select")
        counts, columns = self._projection()
        self._expect("from")
        entity = self._name()
        conditions = self._conditions() if self._take("where") else ()
        order = self._order()
        bounds = self._bounds()
        if self._now().kind != "end":
            raise self._lost()
        return Statement(
            entity, counts, columns, conditions, order, bounds.get("startposition", 1), bounds.get("maxresults")
        )

    def _projection(self) -> tuple[bool, tuple[str, ...]]:
        if self._take("count"):
            for sign in ("(", "*", ")"):
                self._expect(sign)
            return True, ()
        names = [self._column()]
        while self._take(","):
            names.append(self._column())
        return False, () if "*" in names else tuple(names)

    def _column(self) -> str:
        return "*" if self._take("*") else self._name()

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = [self._condition()]
        while self._take("and"):
            conditions.append(self._condition())
        return tuple(conditions)

    def _condition(self) -> Condition:
        name, operator = self._name(), self._next().word
        if operator not in _OPERATORS:
            self.at -= 1
            raise self._lost()
        if operator != "in":
            return Condition(name, operator, (self._value(),))
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return Condition(name, operator, tuple(values))

    def _value(self) -> str:
        token = self._next()
        if token.kind == "text" or token.word in ("true", "false"):
            return token.word or token.value
        self.at -= 1
        raise self._lost()

    def _order(self) -> tuple[tuple[str, bool], ...]:
        if not self._take("orderby"):
            if not self._take("order"):
                return ()
            self._expect("by")
        terms = [self._term()]
        while self._take(","):
            terms.append(self._term())
        return tuple(terms)

    def _term(self) -> tuple[str, bool]:
        name = self._name()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        return name, descending

    def _bounds(self) -> dict[str, int]:
        bounds: dict[str, int] = {}
        while self._now().word in ("startposition", "maxresults"):
            word, token = self._next().word, self._next()
            if token.kind != "number" or word in bounds:
                self.at -= 1
                raise self._lost()
            bounds[word] = int(token.value)
            if bounds[word] < 1:
                raise refusals.bad_query(
                    f"QueryValidationError: value {token.value} is too small. Min allowed value is 1"
                )
        return bounds

    def _name(self) -> str:
        token = self._next()
        if token.kind != "word":
            self.at -= 1
            raise self._lost()
        return token.value

    def _now(self) -> _Token:
        return self.tokens[self.at]

    def _next(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def _take(self, word: str) -> bool:
        if self._now().word != word:
            return False
        self.at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._lost()

    def _lost(self) -> refusals.Refusal:
        token = self._now()
        raise refusals.not_parsed(
            f"Encountered unexpected {token.value or 'end of statement'!r} near word {self.at + 1}"
        )
