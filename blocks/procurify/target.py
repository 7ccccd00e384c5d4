"""What is written to Procurify: vendors and account codes."""

from blocks.procurify.account_code_target import AccountCodeTarget
from blocks.procurify.vendor_target import VendorTarget

__all__ = ["AccountCodeTarget", "VendorTarget"]
