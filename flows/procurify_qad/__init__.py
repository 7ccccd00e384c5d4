"""Procurify and QAD: orders and bills go to the ledger, suppliers and accounts come back to the buyers."""
