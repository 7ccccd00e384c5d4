"""One tenant's office: what its people do, and the switches, the user and the log that belong to it."""

import itertools
from dataclasses import asdict
from typing import Any

from tests.sandbox.procurify import bill_views, order_views, payment_views, receipts, vendors
from tests.sandbox.procurify.gate import Gate, Seen
from tests.sandbox.procurify.generate import Generator
from tests.sandbox.procurify.people import People
from tests.sandbox.procurify.switches import Switches
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.tokens import Tokens
from tests.sandbox.procurify.wire import Record

_CURRENCIES = {"CAD": "0.730000", "EUR": "1.080000", "USD": "1.000000", "GBP": "1.260000", "JPY": "0.006600"}
_BASE = "USD"


class Office(People):
    """One tenant: what its people do, and the switches, the user and the log that belong to it."""

    def __init__(self, books: Tenant, tokens: Tokens, gate: Gate) -> None:
        """Opens the tenant with currencies, a location and the vendor OTHER."""
        super().__init__(books)
        self.tokens, self._gate = tokens, gate
        for name, rate in _CURRENCIES.items():
            self.add_currency(name, rate, base=name == _BASE)
        self.add_location("Head Office", "HQ")
        self.add_vendor("OTHER", type=1)

    @property
    def subdomain(self) -> str:
        """The tenant's subdomain."""
        return self.books.subdomain

    @property
    def client_id(self) -> str:
        """The id of its application."""
        return self.books.client_id

    @property
    def client_secret(self) -> str:
        """The secret of its application."""
        return self.books.client_secret

    @property
    def switches(self) -> Switches:
        """Its switches."""
        return self.books.switches

    def options(self, **switches: Any) -> Record:
        """Changes switches of the tenant and returns all of them.

        Raises:
            ValueError: there is no switch of that name.
        """
        self.books.switches.change(**switches)
        return self.books.switches.shown()

    def set_user(self, **fields: Any) -> Record:
        """Changes the user whom the application acts as, such as `is_active=False`."""
        self.books.user.update(fields)
        return self.books.user

    def token(self) -> str:
        """Returns a new access token, without a request."""
        return self.tokens.issue(self.books)

    def expire_tokens(self) -> Record:
        """Ends all tokens of the tenant."""
        return {"ended": self.tokens.expire(self.subdomain)}

    def restore_access(self) -> Record:
        """Ends a suspension, as Procurify's support does."""
        self._gate.forget(self.subdomain)
        return self.options(suspended=False)

    def requests(self, contains: str = "") -> list[Seen]:
        """Returns the tenant's requests whose "METHOD /path?query" contains a text, oldest first."""
        return [each for each in self._gate.seen if each.tenant == self.subdomain and contains in each.line]

    def gaps(self, contains: str = "") -> list[float]:
        """Returns the seconds between the end of each such request and the beginning of the next."""
        rows = self.requests(contains)
        return [after.at - before.ended for before, after in itertools.pairwise(rows)]

    def seen(self, contains: str = "") -> list[Record]:
        """Returns the same requests as plain data."""
        return [asdict(each) for each in self.requests(contains)]

    def forbidden_writes(self) -> list[Record]:
        """Returns the requests that would change something else than vendors and account codes."""
        return [asdict(each) for each in self._gate.forbidden_writes(self.subdomain)]

    def generate(
        self,
        orders: int = 20,
        lines: int = 4,
        bills: int = 15,
        vendors: int = 8,
        seed: int = 1,
        days: int = 60,
        sellers: list[int] | None = None,
        flawed: int = 0,
    ) -> Record:
        """Adds vendors, orders, receipts, bills and payments of every kind, the same for the same seed.

        Args:
            orders: how many purchase orders.
            lines: how many lines an order has at most.
            bills: how many bills.
            vendors: how many vendors are added; none if `sellers` names some that are there.
            seed: what chance begins with.
            days: over how many days until now the orders are spread.
            sellers: ids of vendors that are there already.
            flawed: so many orders and bills more have what no other system can take; they are returned with the flaw.
        """
        generator = Generator(self, seed, days)
        generator.add_reference()
        generator.add_vendors(0 if sellers else vendors, sellers or [])
        return generator.add(orders, lines, bills, flawed)

    def dump(self) -> Record:
        """Returns all that the tenant has as one JSON object."""
        books = self.books
        return {
            "vendors": {key: vendors.told(books, each) for key, each in books.vendors.items()},
            "account_codes": books.account_codes, "accounts": books.accounts, "departments": books.departments,
            "locations": books.locations, "currencies": books.currencies, "user": books.user,
            "purchase_orders": {key: order_views.detail(books, each) for key, each in books.orders.items()},
            "receipts": {key: receipts.told(books, each) for key, each in books.receipts.items()},
            "bills": {key: bill_views.detail(books, each) for key, each in books.bills.items()},
            "payments": {key: payment_views.row(books, each) for key, each in books.payments.items()},
            "marked_as_paid": books.marked, "forbidden_writes": self.forbidden_writes(),
        }  # fmt: skip
