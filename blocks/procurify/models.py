"""Procurify's records, as far as pairs read them, in one place."""

from blocks.procurify.bills import Attachment, Bill, BillCost, BillItem, CostAllocation, OrderOfBill, Payment
from blocks.procurify.lists import AccountCode, Branch, Currency, Department, Location, OrderAccount, Vendor
from blocks.procurify.orders import Charge, CustomField, OrderItem, PurchaseOrder, Receipt, SpendAllocation

__all__ = [
    "AccountCode",
    "Attachment",
    "Bill",
    "BillCost",
    "BillItem",
    "Branch",
    "Charge",
    "CostAllocation",
    "Currency",
    "CustomField",
    "Department",
    "Location",
    "OrderAccount",
    "OrderItem",
    "OrderOfBill",
    "Payment",
    "PurchaseOrder",
    "Receipt",
    "SpendAllocation",
    "Vendor",
]
