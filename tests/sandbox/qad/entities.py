"""The table of all business entities that this tenant serves; another one is one more row."""

from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.invoices import INVOICE
from tests.sandbox.qad.ledger import LEDGER
from tests.sandbox.qad.payments import PAYMENT
from tests.sandbox.qad.suppliers import PARTIES

ENTITIES: dict[str, Entity] = {entity.resource: entity for entity in (*PARTIES, *LEDGER, INVOICE, PAYMENT)}

BROWSES: dict[str, tuple[Entity, Browse]] = {
    browse.browse_id: (entity, browse) for entity in ENTITIES.values() for browse in entity.browses
}
BROWSE_ONLY = frozenset({"domainV3s"})  # listed, but without a business-entity address
