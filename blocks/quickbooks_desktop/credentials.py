"""The Prefect block by which a QuickBooks Web Connector signs in to us."""

import re

from pydantic import Field, HttpUrl, SecretStr, field_validator

from blocks.account import AccountCredentials
from blocks.quickbooks_desktop.account import OWNER_ID, QuickBooksDesktopAccount, file_id_of, guid
from blocks.quickbooks_desktop.channel import Channel
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient

_WINDOWS_PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\)[^\x00-\x1f<>\"|?*]+")


class QuickBooksDesktopCredentials(AccountCredentials):
    """Lets the Web Connector of one QuickBooks Desktop company file sign in.

    Example:
        ```python
        from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials

        quickbooks = await QuickBooksDesktopCredentials.load("BLOCK_NAME")
        print(quickbooks.account.file_id)
        ```
    """

    _block_type_name = "QuickBooks Desktop Credentials"
    _block_type_slug = "quickbooks-desktop-credentials"
    _documentation_url = HttpUrl("https://developer.intuit.com/app/developer/qbdesktop/docs/get-started")

    username: str = Field(
        min_length=1,
        title="User name",
        description="The name that the Web Connector signs in by; one for each company file. It is in the .QWC file.",
    )
    password: SecretStr = Field(
        title="Password",
        description="What a person types into the Web Connector once; without any, nobody can sign in.",
    )
    owner_id: str = Field(
        default="",
        title="Owner ID",
        description="The GUID of this application in braces; empty for its own, which is the right one.",
    )
    file_id: str = Field(
        default="",
        title="File ID",
        description="The GUID of the company file in braces; empty for one that is made from the user name.",
    )
    company_file: str = Field(
        default="",
        title="Company file",
        description="Where the company file is on that machine (C:\\...\\Company.qbw); empty for the one that is open.",
    )
    run_every_minutes: int = Field(
        default=10,
        ge=1,
        title="Run every",
        description="Every how many minutes the Web Connector comes by itself; people can change it there.",
    )

    @field_validator("username", "owner_id", "file_id", "company_file")
    @classmethod
    def _trimmed(cls, value: str) -> str:
        return value.strip()

    @field_validator("owner_id", "file_id")
    @classmethod
    def _guid(cls, value: str) -> str:
        return guid(value) if value else ""

    @field_validator("company_file")
    @classmethod
    def _windows_path(cls, value: str) -> str:
        # The Web Connector takes what is no path for a word of its own, such as "none".
        if value and not _WINDOWS_PATH.fullmatch(value):
            raise ValueError("it is no complete path of Windows, such as C:\\QuickBooks\\Company.qbw")
        return value

    @property
    def account(self) -> QuickBooksDesktopAccount:
        """What a Web Connector is known by."""
        return QuickBooksDesktopAccount(
            username=self.username,
            password=self.password.get_secret_value().strip(),
            owner_id=self.owner_id or OWNER_ID,
            file_id=self.file_id or file_id_of(self.username),
            company_file=self.company_file,
            run_every_minutes=self.run_every_minutes,
        )

    def get_client(self, channel: Channel) -> QuickBooksDesktopClient:
        """Returns a client for `async with`, whose requests wait in this channel until the Web Connector comes."""
        return QuickBooksDesktopClient(self.account, channel)
