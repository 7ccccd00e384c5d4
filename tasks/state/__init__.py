"""What we remember: tables, every query on them, and the vault that encrypts what they must not show."""
