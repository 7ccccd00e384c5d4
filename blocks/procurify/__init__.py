"""Procurify: purchase orders, bills and payments are read; vendors and account codes are written."""
