"""How a whole document fails, and how QuickBooks itself does."""

PARSING = "0x80040400"
TICKET = "0x8004040D"
ROLLBACK = "0x80040413"
VERSION = "0x80040423"
_UNPARSED = "QuickBooks found an error when parsing the provided XML text stream."


class ProcessorError(Exception):
    """The document as a whole was refused, and nothing of it was executed."""

    def __init__(self, hresult: str, message: str, why: str = "") -> None:
        """Keeps what the caller is told; `why` is for the people who read a failed test."""
        super().__init__(f"{hresult}: {message}{f' ({why})' if why else ''}")
        self.hresult, self.message, self.why = hresult, message, why


class QuickBooksDiedError(Exception):
    """QuickBooks ended while it worked on a document; what was executed by then stays in the company file."""


def unparsed(why: str) -> ProcessorError:
    """Returns the failure of a document that is not what the schema says; `why` is not told to the caller."""
    return ProcessorError(PARSING, _UNPARSED, why)


def unsupported_version(version: str) -> ProcessorError:
    """Returns the failure of a document in a later qbXML than this QuickBooks knows."""
    return ProcessorError(VERSION, "The version of qbXML that was requested is not supported or is unknown.", version)


def no_rollback() -> ProcessorError:
    """Returns the failure of a document that asks for rollbackOnError."""
    return ProcessorError(ROLLBACK, 'The mode "rollbackOnError" is not supported.')


def no_session() -> ProcessorError:
    """Returns the failure of a document that comes outside a session."""
    return ProcessorError(TICKET, "The ticket parameter is invalid.")
