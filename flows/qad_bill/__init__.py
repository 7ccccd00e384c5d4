"""QAD's approved supplier invoices become bills in BILL; what BILL pays becomes payments in QAD."""
