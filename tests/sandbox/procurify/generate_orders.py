"""Lines of orders as a plant buys them: odd prices, amounts, split coding."""

import random
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify.wire import rounded

SELLERS = (
    "Northwind Paper Ltd", "Müller Präzisionsteile GmbH", "Carrington & Sons", "Société Générale des Vis",
    "Acme Fasteners", "Fabrikam Labels", "高橋電機", "Ōtani Coatings", "Burnaby Freight", "Delta Solder Supply",
)  # fmt: skip
GOODS = (
    "Copy paper A4", "Desk lamp", "M3 hex screw", "Solder paste, 500 g", "Conformal coating", "Nitrile gloves",
    "Calibration of torque wrench", "Cardboard, 400 × 300", "Copper foil tape", "Ferrite bead 0603",
)  # fmt: skip


def line_of(chance: random.Random, accounts: list[int], money: str, turn: int) -> dict[str, Any]:
    """Returns one line; each turn has a shape of its own."""
    shape = ("plain", "taxed", "tiny_price", "amount", "split", "fraction")[turn % 6]
    line = {"name": chance.choice(GOODS), "sku": f"SKU-{chance.randrange(1000, 9999)}",
            "account": chance.choice(accounts)}  # fmt: skip
    whole = money == "JPY"
    price = Decimal(chance.randrange(100, 90_000)) if whole else Decimal(chance.randrange(100, 40_000)).scaleb(-2)
    quantity = Decimal(chance.randrange(2, 40))
    if shape == "tiny_price" and not whole:
        quantity, price = Decimal(1000 * chance.randrange(1, 9)), Decimal(chance.randrange(1, 9_999_999)).scaleb(-8)
    elif shape == "fraction" and not whole:
        quantity = Decimal(chance.randrange(100_001, 999_999)).scaleb(-5)
    elif shape == "amount":
        return {**line, "quantity": price * 10, "price": "1", "receive_method": 1, "unit": "lot"}
    total = rounded(price * quantity, 0 if whole else 2)
    if shape == "taxed":
        return {**line, "quantity": quantity, "price": price, "tax_percentage": "5"}
    if shape == "split":
        first = rounded(total / 3, 0 if whole else 2)
        other = chance.choice([each for each in accounts if each != line["account"]])
        line["allocations"] = [
            {"account": line["account"], "amount": first},
            {"account": other, "amount": total - first},
        ]
    return {**line, "quantity": quantity, "price": price}
