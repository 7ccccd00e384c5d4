"""Checks what the profile says about a tenant against the tenant itself; reads only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from blocks.errors import CredentialsError, ForbiddenError, NotFoundError, RefusedError, TransientError, VendorError
from blocks.qad.client import QadClient
from blocks.qad.profile import Entity
from blocks.qad.translation import row_to_logical

Verdict = Literal["valid", "degraded", "disabled", "unverified"]
_WORST: tuple[Verdict, ...] = ("disabled", "degraded", "unverified", "valid")


@dataclass(frozen=True)
class EntityReport:
    """What was found about one entity: whether it works, why not, and which mapped fields the tenant lacks."""

    entity: str
    verdict: Verdict
    detail: str
    missing: list[str] = field(default_factory=list)  # logical names


async def validate(client: QadClient, entities: Collection[str] = ()) -> list[EntityReport]:
    """Returns a report on the workspace and one on each of these entities, in the profile's order.

    Without names, those that the profile does not call optional.

    Disabled: nothing works until the profile or the address is corrected. Degraded: mapped fields are missing.
    Unverified: reachable, but rights or data to compare with were lacking.

    Raises:
        CredentialsError: QAD refuses the sign-in, so that nothing can be found out.
    """
    reports = [await _workspace(client)]
    for name, entity in client.profile.entities.items():
        if name not in entities if entities else entity.optional:
            continue
        found = [await _record(client, name, entity)] if entity.resource else []
        found += [await _list(client, name, entity)] if entity.browse else []
        reports.append(_together(name, found))
    return reports


async def _workspace(client: QadClient) -> EntityReport:
    wanted = client.account.workspace
    try:
        await client.discover()
    except (ForbiddenError, RefusedError):
        pass  # the sign-in is good; only the lifetimes stay unknown
    except VendorError as error:
        _raise_dead_sign_in(error)
        return EntityReport("workspace", _verdict(error), f"security control: {error}")
    try:
        known = await client.workspaces()
    except VendorError as error:
        _raise_dead_sign_in(error)
        return EntityReport("workspace", _verdict(error), str(error))
    if wanted in known:
        return EntityReport("workspace", "valid", f"{wanted} exists")
    if any(one.partition("_")[0] == client.account.domain for one in known):
        # QAD lists the primary entity of each domain only; the workspace may be another one of that domain.
        return EntityReport("workspace", "unverified", f"{wanted} is not the primary entity of its domain")
    return EntityReport("workspace", "disabled", f"{wanted} is not among {', '.join(sorted(known)) or 'none'}")


async def _record(client: QadClient, name: str, entity: Entity) -> EntityReport:
    try:
        wire = await client.blank_wire(name)
    except (NotFoundError, RefusedError) as error:
        return EntityReport(name, "unverified", f"the path is good, its fields are not known: {error}")
    except VendorError as error:
        _raise_dead_sign_in(error)
        return EntityReport(name, _verdict(error), str(error))
    lacking = [logical for logical, field_ in entity.names.items() if field_ not in wire]
    lacking += [logical for logical, child in entity.children.items() if child.array not in wire]
    if lacking:
        return EntityReport(name, "degraded", f"{entity.resource} lacks mapped fields", lacking)
    return EntityReport(name, "valid", f"{entity.resource} has all mapped fields")


async def _list(client: QadClient, name: str, entity: Entity) -> EntityReport:
    try:
        row = await client.first_row(name)
    except VendorError as error:
        _raise_dead_sign_in(error)
        return EntityReport(name, _verdict(error), str(error))
    if row is None:
        return EntityReport(name, "unverified", "the list is empty")
    shown = row_to_logical(client.profile, entity, row)
    needed = {*entity.keys, *filter(None, [entity.changed])} & entity.columns.keys()
    if lacking := [logical for logical in entity.columns if logical not in shown]:
        weight = "keys among them" if needed & set(lacking) else "fetched by key instead"
        verdict: Verdict = "degraded" if needed & set(lacking) or not entity.resource else "valid"
        return EntityReport(name, verdict, f"the list lacks columns, {weight}", lacking)
    return EntityReport(name, "valid", "the list has all mapped columns")


def _verdict(error: VendorError) -> Verdict:
    return "unverified" if isinstance(error, ForbiddenError | TransientError) else "disabled"


def _raise_dead_sign_in(error: VendorError) -> None:
    if isinstance(error, CredentialsError):
        raise error


def _together(name: str, found: list[EntityReport]) -> EntityReport:
    """Returns one report with the worst verdict and everything that was said."""
    verdicts = {report.verdict for report in found}
    verdict: Verdict = next((worst for worst in _WORST if worst in verdicts), "unverified")
    detail = "; ".join(report.detail for report in found) or "the profile names neither a list nor a resource"
    missing = list(dict.fromkeys(logical for report in found for logical in report.missing))
    return EntityReport(name, verdict, detail, missing)
