"""Vendors as they are in practice: several scripts, odd blanks and colons, long and repeated names, gaps."""

import random

from tests.sandbox.bill.names import BRANCHES, COUNTRIES, FIRST, LONG_TAIL, PERSONS, TRADE, Country
from tests.sandbox.bill.wire import Record

NAME_LIMIT = 100
_ROUND = 24  # every oddity comes once in so many vendors
_COLON, _BLANKS, _LONG, _REPEATED, _SCRIPT, _PERSON = 3, 7, 11, 15, 19, 22
_LETTERED = [country for country in COUNTRIES if country.scripts]


class VendorWriter:
    """Writes the bodies of new vendors; names differ, apart from those that are repeated on purpose."""

    def __init__(self, chance: random.Random, taken: set[str]) -> None:
        """Takes all chance from there; names that are taken are not used."""
        self.chance = chance
        self._taken = {_plain(name) for name in taken}
        self._written: list[str] = []

    def vendor(self, index: int) -> Record:
        """Returns the body of the vendor at this place of the row."""
        kind = index % _ROUND
        countries = _LETTERED if kind == _SCRIPT else COUNTRIES
        country = COUNTRIES[0] if kind == _PERSON else self.chance.choices(countries, [c.weight for c in countries])[0]
        name = self._name(kind, country)
        body = {
            "name": name, "accountType": "PERSON" if kind == _PERSON else "BUSINESS", "address": self._address(country),
            "additionalInfo": self._tax(kind, country), "billCurrency": "USD",
            "paymentInformation": {"payeeName": name, "payByType": self.chance.choice(("ACH", "CHECK"))},
            "email": f"billing{self.chance.randrange(100_000)}@{country.domain}", "phone": self._digits(country.phone),
            "accountNumber": f"ACME-{self.chance.randrange(1000, 9999)}", "shortName": name[:40],
        }  # fmt: skip
        gaps = {"email": 0.1, "phone": 0.15, "accountNumber": 0.6, "shortName": 0.7}
        return {field: value for field, value in body.items() if self.chance.random() >= gaps.get(field, 0)}

    def _name(self, kind: int, country: Country) -> str:
        if kind == _REPEATED and self._written:
            return self.chance.choice(self._written)
        name = self._free(self._made_up(kind, country))
        self._taken.add(_plain(name))
        self._written.append(name)
        return name

    def _made_up(self, kind: int, country: Country) -> str:
        if kind == _PERSON:
            return self.chance.choice(PERSONS)
        if kind == _SCRIPT:
            return self.chance.choice(country.scripts)
        name = f"{self.chance.choice(FIRST)} {self.chance.choice(TRADE)} {self.chance.choice(country.forms)}"
        if kind == _COLON:
            return f"{name}{self.chance.choice(BRANCHES)}"
        if kind == _BLANKS:
            return name.replace(" ", "  ", 1)
        return f"{name}{LONG_TAIL}"[:NAME_LIMIT].rstrip() if kind == _LONG else name

    def _free(self, name: str) -> str:
        number, free = 1, name
        while _plain(free) in self._taken:
            number += 1
            free = f"{name[: NAME_LIMIT - 6]} {number}"
        return free

    def _address(self, country: Country) -> Record:
        city, state, zip_code = self.chance.choice(country.cities)
        street = self.chance.choice(country.streets).format(n=self.chance.randrange(10, 9999))
        extra = self.chance.choice(("", "", "", "Attn: Receivables", "2nd floor"))
        address = {"line1": street, "line2": extra, "city": city, "stateOrProvince": state}
        address |= {"zipOrPostalCode": zip_code, "country": country.code}
        return {name: value for name, value in address.items() if value}

    def _tax(self, kind: int, country: Country) -> Record:
        if country.code != "US" or (kind != _PERSON and self.chance.random() < 0.3):
            return {"track1099": False}
        person = kind == _PERSON
        # Nobody has a number that begins with zeros.
        number = self._digits("000-99-9999" if person else "00-9999999")
        return {
            "taxId": number,
            "taxIdType": "SSN" if person else "EIN",
            "track1099": person or self.chance.random() < 0.4,
        }

    def _digits(self, pattern: str) -> str:
        return "".join(str(self.chance.randrange(10)) if each == "9" else each for each in pattern)


def _plain(name: str) -> str:
    """Returns what is left of a name where neither case nor the number of blanks counts."""
    return " ".join(name.split()).casefold()
