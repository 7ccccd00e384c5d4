"""Why a record cannot be written to QuickBooks Desktop, where it is not QuickBooks itself that says so."""

from blocks.errors import RefusedError
from blocks.quickbooks_desktop.channel import SYSTEM


def deleted(kind: str, record_id: str) -> RefusedError:
    """Returns why a record is not made that was made before."""
    return RefusedError(
        f"{kind} {record_id} was deleted in {SYSTEM} after it was posted",
        system=SYSTEM,
        remedy=f"Find out in {SYSTEM}'s audit trail who deleted it; replay the record if it shall be posted again.",
    )


def gone(kind: str, record_id: str) -> RefusedError:
    """Returns why nothing can be changed in a record that is not there."""
    return RefusedError(
        f"{kind} {record_id} is not in {SYSTEM} any more",
        system=SYSTEM,
        remedy=f"Find out in {SYSTEM}'s audit trail who deleted or merged it; it is not made anew by itself.",
    )


def untraceable(kind: str) -> RefusedError:
    """Returns what to say of a record that was written by QuickBooks' own word, and is not found."""
    said = f"{SYSTEM} says that it has stored the {kind}, and does not show it"
    return RefusedError(
        said, system=SYSTEM, remedy=f"Look for it in {SYSTEM}; enter it or replay it if it is not there."
    )


def voided(kind: str, number: str) -> RefusedError:
    """Returns why a record that was voided is not changed."""
    said = f"{kind} {number} was voided in {SYSTEM}, and is not brought back by itself"
    return RefusedError(said, system=SYSTEM, remedy="Void it in its source system too, or enter it anew by hand.")


def paid(number: str) -> RefusedError:
    """Returns why a bill cannot be withdrawn."""
    return RefusedError(
        f"cannot withdraw bill {number}: it has payments or credits",
        system=SYSTEM,
        field="LinkedTxn",
        remedy=f"Void or delete in {SYSTEM} what pays it first; then replay the record.",
    )


def fixed(field: str, number: str) -> RefusedError:
    """Returns why a payment cannot be changed in a point that QuickBooks fixes when it is made."""
    said = f"the {field} of payment {number} cannot be changed in {SYSTEM}"
    return RefusedError(said, system=SYSTEM, field=field, remedy="Void the payment there, and replay the record.")


def unfit(error: ValueError) -> RefusedError:
    """Returns the refusal of a record that cannot be said in qbXML."""
    return RefusedError(str(error), system=SYSTEM, remedy="Correct the record in its source system, or the mapping.")
