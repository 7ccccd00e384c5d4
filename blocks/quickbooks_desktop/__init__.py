"""QuickBooks Desktop, which cannot be called: its Web Connector calls us and carries qbXML both ways."""
