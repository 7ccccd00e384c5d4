"""A strict stand-in for one QAD tenant: logins, browses, business entities and their rules."""

from tests.sandbox.qad.emulator import QadSandbox

__all__ = ["QadSandbox"]
