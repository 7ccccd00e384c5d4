"""What the credentials of every vendor have in common."""

from typing import Protocol

from prefect.blocks.abstract import CredentialsBlock


class Account(Protocol):
    """One account at a vendor, and who signs in to it; without Prefect."""

    @property
    def budget(self) -> str:
        """What the vendor counts calls by."""
        ...

    @property
    def identity(self) -> str:
        """Which account this is, in which environment; part of the scope of every link."""
        ...

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, none of them empty."""
        ...


class AccountCredentials(CredentialsBlock):
    """Signs in to one account at a vendor; a subclass says which."""

    @property
    def account(self) -> Account:
        """What a sign-in needs.

        Raises:
            ConfigurationError: a field is wrong.
        """
        raise NotImplementedError

    @property
    def budget(self) -> str:
        """What the vendor counts calls by."""
        return self.account.budget

    @property
    def identity(self) -> str:
        """Which account this is, in which environment, for example `bill:sandbox:008...`."""
        return self.account.identity

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, so that they can be kept out of texts."""
        return self.account.secrets()
