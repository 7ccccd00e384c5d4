"""Finds, creates and changes account codes in Procurify, which has no idempotency keys."""

from collections.abc import Sequence
from datetime import datetime

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.procurify.account import SYSTEM
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.guards import unfit_code
from blocks.procurify.matching import unkept
from blocks.procurify.values import id_of
from blocks.target import Body, Found, Key

KEPT = ("code", "description", "account_type")
CHANGEABLE = (*KEPT, "parent")


class AccountCodeTarget:
    """Writes account codes, which are known by their code."""

    at_once = 1  # Procurify takes one record per call

    def __init__(self, client: ProcurifyClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the account code of each body's code, whoever made it and when, or None."""
        return [await self._find_one(str(body.get("code") or "").strip()) for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates each account code that Procurify takes, in the departments of its body.

        Raises:
            AnswerLostError: the last one that was sent may have been created.
        """
        return [await self._create_one(body) for body in bodies]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """The account code's own fields are those of the body; its departments stay as they are.

        Raises:
            RefusedError: Procurify does not take it.
            NotFoundError: there is no such account code.
        """
        if refusal := unfit_code(body):
            raise refusal
        fields = {name: body[name] for name in CHANGEABLE if name in body}
        if isinstance(parent := fields.get("parent"), dict):
            fields["parent"] = int(id_of(parent) or 0) or None
        return _found(await self._client.update_account_code(target_id, fields), fields)

    async def archive(self, target_id: str) -> Found:
        """Nothing is sent, because Procurify's API has no means to retire an account code.

        Raises:
            RefusedError: always; it says who must do it.
        """
        raise RefusedError(
            f"account code {target_id} cannot be retired by Procurify's API",
            system=SYSTEM,
            field="active",
            remedy="An administrator of Procurify must deactivate the account code there by hand.",
        )

    async def _create_one(self, body: Body) -> Found | RefusedError:
        if refusal := unfit_code(body):
            return refusal
        try:
            return _found(await self._client.create_account_code(body), body)
        except RefusedError as refusal:
            return refusal

    async def _find_one(self, code: str) -> Found | None:
        async for page in self._client.account_codes(code=code):
            for row in page.rows:
                if str(row.get("code") or "").strip() == code != "":
                    return _found(row)
        return None


def _found(record: Record, sent: Body | None = None) -> Found:
    return Found(str(record["id"]), record, wrong=unkept(sent or {}, record, KEPT))
