"""What to do where BILL and the books differ."""


def replay(connection: str, source_id: str, system: str) -> str:
    """Returns how the two sides are made equal again."""
    command = f"ml-connector replay {connection} --record-id {source_id}"
    return f"Correct one of the two; or run the connection, and then `{command}` makes {system} what BILL says."
