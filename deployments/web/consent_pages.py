"""What people read who give consent for QuickBooks Online."""

import re
from collections.abc import Mapping

from fastapi.responses import HTMLResponse

from blocks.errors import VendorError
from deployments.web.granting import Grant, OtherCompanyError
from deployments.web.pages import page

AGAIN = "Start again"
NOT_CONNECTED = "QuickBooks Online is not connected"
_CODE = re.compile(r"[a-z_]{1,40}")  # an error of OAuth 2.0


def connected(grant: Grant, company: str) -> HTMLResponse:
    """Says which company is connected, and what happens next."""
    named = f"{company} (company {grant.realm_id})" if company else f"Company {grant.realm_id}"
    return page(
        200,
        "QuickBooks Online is connected",
        f"{named} is connected to {grant.asked.pair}/{grant.asked.connection}.",
        "What has waited goes on now, and the rest with the next scheduled run. You can close this page.",
    )


def no_address() -> HTMLResponse:
    """Says that the public address must be set."""
    return page(
        409,
        "The public address is not set",
        "Intuit must know where to send your browser back to. Set ML_CONNECTOR_PUBLIC_URL to the https address of this"
        " server, start it again, and register that address followed by /oauth/quickbooks-online/callback as a"
        " redirect URI of your Intuit app.",
        "For a trial with development keys, open this page on the machine itself, by http://localhost.",
    )


def unknown(connection: str) -> HTMLResponse:
    """Says that there is no such connection."""
    return page(
        404,
        "There is no such connection",
        f"No connection named {connection[:80]} has QuickBooks Online credentials.",
        "Run `ml-connector apply` with its connection file, then open this page again.",
    )


def several(connection: str, starts: Mapping[str, str]) -> HTMLResponse:
    """Asks which of the connections of one name is meant."""
    links = {f"{pair}/{connection}": path for pair, path in starts.items()}
    return page(300, "Which connection?", f"Several connections are named {connection}.", links=links)


def not_started(error: VendorError) -> HTMLResponse:
    """Says what is wrong with the credentials block."""
    return page(409, NOT_CONNECTED, _sentence(error), error.remedy)


def not_expected() -> HTMLResponse:
    """Says that the consent cannot be taken, and why that may be."""
    return page(
        400,
        "This page is not valid any more",
        "It works once, within ten minutes, and in the browser in which you began. If you have just read that"
        " QuickBooks Online is connected, all is well.",
        "Otherwise begin again with the link that ends in /start.",
    )


def denied(error: str, again: str) -> HTMLResponse:
    """Says that Intuit gave no consent."""
    said = f"Intuit answered {error!r}." if _CODE.fullmatch(error) else "Intuit answered with an error."
    if error == "access_denied":
        said = "You did not allow it at Intuit, or lack the right to: it takes an administrator of the company."
    return page(403, NOT_CONNECTED, said, "Nothing was changed.", links={AGAIN: again})


def incomplete(again: str) -> HTMLResponse:
    """Says that something is missing in Intuit's answer."""
    return page(400, NOT_CONNECTED, "Intuit's answer names no code or no company.", links={AGAIN: again})


def other_company(grant: Grant, other: OtherCompanyError, again: str) -> HTMLResponse:
    """Says which company is expected, and what became of the consent for the other one."""
    became = "has taken it back" if other.taken_back else "keeps it as it was"
    return page(
        409,
        "That is another company",
        f"{grant.asked.pair}/{grant.asked.connection} belongs to company {other.expected}, and you picked company"
        f" {grant.realm_id}. Nothing was stored; as to your consent for company {grant.realm_id}, Intuit {became}.",
        f"Start again and pick company {other.expected}; another company needs a connection of its own.",
        links={AGAIN: again},
    )


def not_connected(error: VendorError, again: str) -> HTMLResponse:
    """Says what Intuit refused, or that it did not answer."""
    remedy = error.remedy or "Nothing was stored. Start again in a few minutes; Intuit asks for your consent anew."
    return page(502, NOT_CONNECTED, _sentence(error), remedy, links={AGAIN: again})


def out_of_order(again: str = "") -> HTMLResponse:
    """Says that it is our own fault."""
    return page(
        503,
        "This does not work at the moment",
        "A part of ml-connector cannot be reached; its log says which. Try again in a few minutes.",
        links={AGAIN: again} if again else None,
    )


def _sentence(error: VendorError) -> str:
    said = str(error).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."
