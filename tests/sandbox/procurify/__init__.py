"""A strict stand-in for Procurify's API (v2, v3 and public v1), on loopback.

It is written from Procurify's own documentation and imports nothing of the product.
"""

from tests.sandbox.procurify.emulator import ProcurifySandbox

__all__ = ["ProcurifySandbox"]
