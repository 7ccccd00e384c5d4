"""Procurify's reference records: vendors, account codes, accounts, departments, locations and currencies."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from blocks.procurify.values import Code, Flag, IdOf, Instant, Money, Part, Text, referred

OTHER = "1"  # the id of the placeholder vendor
NO_VENDOR, EMPLOYEE, CARD_PROVIDER = 1, 5, 6  # types of vendors that are no suppliers
PREFERRED = 3  # the type that buyers can pick


class Currency(Part):
    """A currency; its rate's direction is not documented, so no amount is computed from it."""

    id: str
    name: Text = ""  # the ISO 4217 code
    rate: Money = None
    base: Flag = None
    active: Flag = None


class Branch(Part):
    """The location of a department, as records refer to it."""

    id: str
    name: Text = ""


class Department(Part):
    """A department of a location."""

    id: str
    name: Text = ""
    external_id: Text = ""
    active: Flag = None
    branch: Annotated[Branch | None, BeforeValidator(referred)] = None


class AccountCode(Part):
    """An account of the ledger; types are 0 assets, 1 liability, 2 expense, 3 income, 4 equity, 5 other."""

    id: str
    code: Text = ""
    description: Text = ""
    account_type: Code = None
    active: Flag = None
    parent: IdOf = None
    applied_accounts_count: Code = None  # in how many departments buyers can pick it


class OrderAccount(Part):
    """An account code in a department, which is what a line is coded to."""

    id: str
    account_code: Annotated[AccountCode | None, BeforeValidator(referred)] = None
    department: Annotated[Department | None, BeforeValidator(referred)] = None
    active: Flag = None

    @property
    def code(self) -> str:
        """The account code's own code; empty if it is not told."""
        return self.account_code.code if self.account_code else ""


class Location(Part):
    """A location, and the time zone that its people see."""

    id: str
    name: Text = ""
    currency: Annotated[Currency | None, BeforeValidator(referred)] = None
    time_zone: Text = Field(default="", alias="locationTimezone")  # an IANA name
    headquarter: Flag = None
    active: Flag = None
    external_id: Text = ""


class Vendor(Part):
    """A vendor; types are 1 other, 2 hidden, 3 preferred, 4 regular, 5 employee, 6 card provider, 7 checkout."""

    id: str
    name: Text = ""
    active: Flag = None
    external_id: Text = ""
    type: Code = None
    email: Annotated[tuple[str, ...], BeforeValidator(lambda held: held if isinstance(held, list | tuple) else ())] = ()
    currency: IdOf = None
    address_line_one: Text = Field(default="", alias="addressLineOne")
    address_line_two: Text = Field(default="", alias="addressLineTwo")
    postal_code: Text = Field(default="", alias="postalCode")
    city: Text = ""
    state_province: Text = ""
    country: Text = ""
    phone_one: Text = Field(default="", alias="phoneOne")
    contact: Text = ""
    date_modified: Instant = Field(default=None, alias="dateModified")

    @property
    def is_supplier(self) -> bool:
        """Whether it can stand for a supplier: it is no placeholder, employee or provider of cards."""
        return self.id != OTHER and self.type not in {NO_VENDOR, EMPLOYEE, CARD_PROVIDER}
