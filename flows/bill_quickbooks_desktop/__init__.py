"""BILL and QuickBooks Desktop: approved bills, payments, and vendors in both directions."""
