"""QAD's suppliers and accounts, as far as a run has needed them; each is read once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from blocks.qad.client import QadClient
from blocks.qad.models import Account, Supplier

Known = TypeVar("Known", bound=BaseModel)


@dataclass
class QadBook:
    """Looks suppliers and accounts up by their codes."""

    client: QadClient
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)

    async def suppliers(self, codes: Collection[str]) -> Mapping[str, Supplier]:
        """Returns the suppliers with these codes, as QAD has them."""
        return await self._of("supplier", Supplier, codes)

    async def accounts(self, codes: Collection[str]) -> Mapping[str, Account]:
        """Returns the accounts with these codes, as QAD has them."""
        return await self._of("account", Account, codes)

    async def with_cost_center(self, codes: Collection[str]) -> frozenset[str]:
        """Returns those of these accounts whose postings carry a cost center."""
        return frozenset(code for code, one in (await self.accounts(codes)).items() if one.is_cost_center)

    async def _of(self, entity: str, model: type[Known], codes: Collection[str]) -> dict[str, Known]:
        for code in sorted(one for one in set(codes) if (entity, one) not in self._known):
            self._known[entity, code] = await self._read(entity, model, code)
        return {code: one for code in codes if (one := self._known[entity, code]) is not None}

    async def _read(self, entity: str, model: type[Known], code: str) -> Known | None:
        if "," in code:  # a browse has no escape for it, and QAD's codes have none
            return None
        async for page in self.client.browse(entity, [("code", "eq", code)]):
            for row in page.rows:
                return model.model_validate(row)
        return None
