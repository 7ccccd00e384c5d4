"""The records of one company, as a test reads them; they are changed by people or by the API only."""

from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.wire import Record


class Shelves:
    """The stored JSON by Id: references hold ids alone, money is Decimal."""

    books: Company

    @property
    def vendors(self) -> dict[str, Record]:
        """The vendors by Id, their tax ids in clear."""
        return self.books.rows("Vendor")

    @property
    def purchase_orders(self) -> dict[str, Record]:
        """The purchase orders by Id, without the deleted ones."""
        return self.books.rows("PurchaseOrder")

    @property
    def bills(self) -> dict[str, Record]:
        """The bills by Id."""
        return self.books.rows("Bill")

    @property
    def bill_payments(self) -> dict[str, Record]:
        """The bill payments by Id."""
        return self.books.rows("BillPayment")

    @property
    def accounts(self) -> dict[str, Record]:
        """The accounts by Id."""
        return self.books.rows("Account")

    @property
    def classes(self) -> dict[str, Record]:
        """The classes by Id."""
        return self.books.rows("Class")

    @property
    def departments(self) -> dict[str, Record]:
        """The departments (locations) by Id."""
        return self.books.rows("Department")

    @property
    def terms(self) -> dict[str, Record]:
        """The payment terms by Id."""
        return self.books.rows("Term")

    @property
    def items(self) -> dict[str, Record]:
        """The items by Id."""
        return self.books.rows("Item")

    @property
    def customers(self) -> dict[str, Record]:
        """The customers by Id."""
        return self.books.rows("Customer")

    @property
    def employees(self) -> dict[str, Record]:
        """The employees by Id."""
        return self.books.rows("Employee")

    @property
    def preferences(self) -> Record:
        """The company's settings."""
        return self.books.only("Preferences")

    @property
    def company(self) -> Record:
        """The company's own record."""
        return self.books.only("CompanyInfo")
