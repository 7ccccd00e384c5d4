"""The .QWC file as QBWC reads it when a user adds an application."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from lxml import etree

from tests.sandbox.quickbooks_desktop.qwc_addresses import QwcRefusedError, check_addresses

_INCOMPLETE = "QBWC1039"
_REQUIRED = ("AppName", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType")
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_WORDS = {
    "QBType": ("QBFS", "QBPOS"),
    "IsReadOnly": ("true", "false"),
    "Notify": ("true", "false"),
    "PersonalDataPref": ("pdpNotNeeded", "pdpOptional", "pdpRequired"),
    "UnattendedModePref": ("umpOptional", "umpRequired"),
    "Style": ("Document", "DocWrapped", "RPC"),
}
_INTERVALS = {"RunEveryNMinutes": 60, "RunEveryNSeconds": 1}


@dataclass(frozen=True)
class QwcFile:
    """What an application says about itself; `interval` in seconds, None without a Scheduler."""

    app_name: str
    app_id: str
    app_url: str
    app_description: str
    app_support: str
    user_name: str
    owner_id: str
    file_id: str
    qb_type: str
    app_unique_name: str
    interval: int | None
    is_read_only: bool
    personal_data: str
    unattended_mode: str
    style: str

    @classmethod
    def parse(
        cls, text: str, *, allow_loopback_http: bool = False, stamped: Collection[tuple[str, str]] = ()
    ) -> "QwcFile":
        """Returns what the file says; `stamped` are the pairs of OwnerID and FileID that are taken.

        `http` is for localhost; `allow_loopback_http` lets 127.0.0.1 pass as well.

        Raises:
            QwcRefusedError: QBWC would not add the application; `code` is what it shows.
        """
        root = _root(text)
        values = _values(root)
        check_addresses(values["AppURL"], values["AppSupport"], allow_loopback_http)
        if (values["OwnerID"], values["FileID"]) in stamped:
            raise QwcRefusedError(_INCOMPLETE, "A unique OwnerID/FileID pair is required")
        return cls(
            values["AppName"], values["AppID"], values["AppURL"], values["AppDescription"], values["AppSupport"],
            values["UserName"], values["OwnerID"], values["FileID"], values["QBType"],
            values.get("AppUniqueName", ""), _interval(root), values.get("IsReadOnly") == "true",
            values.get("PersonalDataPref", "pdpNotNeeded"), values.get("UnattendedModePref", ""),
            values.get("Style", "Document"),
        )  # fmt: skip


def _root(text: str) -> etree._Element:
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise QwcRefusedError(_INCOMPLETE, f"The file is no XML: {error}") from error
    if root.tag != "QBWCXML":
        raise QwcRefusedError(_INCOMPLETE, f"The file starts with {root.tag}, not QBWCXML")
    return root


def _values(root: etree._Element) -> dict[str, str]:
    values = {child.tag: (child.text or "").strip() for child in root if isinstance(child.tag, str)}
    missing = [name for name in _REQUIRED if not values.get(name)] + [name for name in ["AppID"] if name not in values]
    if missing:
        raise QwcRefusedError(_INCOMPLETE, f"The file lacks {', '.join(missing)}")
    for name in ("OwnerID", "FileID"):
        if not _GUID.fullmatch(values[name]):
            raise QwcRefusedError(_INCOMPLETE, f"{name} is no GUID in braces: {values[name]}")
    for name, words in _WORDS.items():
        if name in values and values[name] not in words:
            raise QwcRefusedError(_INCOMPLETE, f"{name} is none of {', '.join(words)}: {values[name]}")
    return values


def _interval(root: etree._Element) -> int | None:
    scheduler = root.find("Scheduler")
    if scheduler is None:
        return None
    for child in scheduler:
        if child.tag in _INTERVALS:  # the first one counts
            number = (child.text or "").strip()
            if not (number.isascii() and number.isdigit() and int(number) > 0):
                raise QwcRefusedError(_INCOMPLETE, f"{child.tag} is no number above 0: {number!r}")
            return int(number) * _INTERVALS[str(child.tag)]
    raise QwcRefusedError(_INCOMPLETE, "Scheduler has neither RunEveryNMinutes nor RunEveryNSeconds")
