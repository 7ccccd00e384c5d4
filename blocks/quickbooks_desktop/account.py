"""One QuickBooks Desktop company file, and how its Web Connector signs in to us, without Prefect."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

# QuickBooks knows our application by this; every company file that was ever connected remembers it.
OWNER_ID = "{87E9E498-EB39-4DD6-9BCB-6074413837D6}"


@dataclass(frozen=True)
class QuickBooksDesktopAccount:
    """Everything that one company file's Web Connector is known by; the password is not in its repr."""

    username: str
    password: str = field(repr=False)
    owner_id: str = OWNER_ID  # a GUID with braces, as QuickBooks writes them
    file_id: str = ""  # the same; what the Web Connector writes into the company file
    company_file: str = ""  # a path on that Windows machine; empty for the file that is open
    run_every_minutes: int = 10

    @property
    def budget(self) -> str:
        """What calls are counted by: the company file, which is worked on by one at a time."""
        return f"quickbooks-desktop:{self.file_id}"

    @property
    def identity(self) -> str:
        """Which company file this is."""
        return f"quickbooks_desktop:{self.file_id}"

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, none of them empty."""
        return [self.password] if self.password else []


def guid(text: str) -> str:
    """Returns the GUID as QuickBooks writes it: capital letters, in braces.

    Raises:
        ValueError: it is none.
    """
    return f"{{{UUID(text.strip().strip('{}'))}}}".upper()


def file_id_of(username: str) -> str:
    """Returns the file id of the company file whose Web Connector signs in by this name; always the same."""
    return guid(str(uuid5(UUID(OWNER_ID), username)))
