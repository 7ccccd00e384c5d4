"""What `check` finds out about a connection of BILL and QuickBooks Desktop."""
