"""Reaches BILL: vendors, bills, vendor credits and payments of one organization, by its v3 API."""
