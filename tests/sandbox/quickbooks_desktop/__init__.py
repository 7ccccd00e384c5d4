"""A strict stand-in for QuickBooks Desktop: a company file, its qbXML request processor and the Web Connector.

It is written from the vendor's own schema and guides and imports nothing of the product.
"""

from tests.sandbox.quickbooks_desktop.company import CompanyFile
from tests.sandbox.quickbooks_desktop.errors import ProcessorError, QuickBooksDiedError
from tests.sandbox.quickbooks_desktop.switches import Switches

__all__ = ["CompanyFile", "ProcessorError", "QuickBooksDiedError", "Switches"]
