"""Reaches QuickBooks Online: vendors, purchase orders and reference data of one company, by its Accounting API v3."""
