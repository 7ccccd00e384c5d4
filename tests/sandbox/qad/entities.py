"""The table of all business entities that this tenant serves; another one is one more row."""

from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.invoices import INVOICE
from tests.sandbox.qad.ledger import LEDGER
from tests.sandbox.qad.order_lines import LINE
from tests.sandbox.qad.orders import ORDER
from tests.sandbox.qad.payments import PAYMENT
from tests.sandbox.qad.receipts import RECEIPT
from tests.sandbox.qad.suppliers import PARTIES

PURCHASING = (ORDER, LINE, RECEIPT)
ENTITIES: dict[str, Entity] = {entity.resource: entity for entity in (*PARTIES, *LEDGER, *PURCHASING, INVOICE, PAYMENT)}

BROWSES: dict[str, tuple[Entity, Browse]] = {
    browse.browse_id: (entity, browse) for entity in ENTITIES.values() for browse in entity.browses
}
BROWSE_ONLY = frozenset({"domainV3s", RECEIPT.resource})  # listed, but without a business-entity address
