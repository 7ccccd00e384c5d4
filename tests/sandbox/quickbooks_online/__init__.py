"""A strict stand-in for QuickBooks Online: Intuit's sign-in, the Accounting API v3 and its webhooks, on loopback.

It is written from Intuit's own documentation and imports nothing of the product.
"""

from tests.sandbox.quickbooks_online.emulator import QuickBooksSandbox

__all__ = ["QuickBooksSandbox"]
