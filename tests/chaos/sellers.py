"""Sellers: each confirms, rejects and sends his parcels, and leaves some lying."""

from typing import Any

from demo.sample import PASSWORD
from tests.chaos.visitor import Visitor

A_BREATH = 1.5  # seconds between two looks at his parcels
WHEN_WAITING = ["confirm"] * 14 + ["not_there", "other", "nothing"]
WHEN_CONFIRMED = ["sent"] * 14 + ["not_there", "other", "nothing"]


class Seller(Visitor):
    def lives(self) -> None:
        self.signs_in(PASSWORD)
        while not self.shop.over.wait(A_BREATH):
            for parcel in self.parcels("waiting"):
                self.decides(parcel, WHEN_WAITING)
            for parcel in self.parcels("confirmed"):
                self.decides(parcel, WHEN_CONFIRMED)

    def parcels(self, state: str) -> list[dict[str, Any]]:
        answer = self.asks("GET", "/api/v1/seller/parcels", params={"state": state})
        found: list[dict[str, Any]] = answer.json()
        return [parcel for parcel in found if parcel["id"] not in self.shop.left_alone]

    def decides(self, parcel: dict[str, Any], ways: list[str]) -> None:
        """The customer may have cancelled it meanwhile: then he is told so, and that is all."""
        number, state = parcel["id"], parcel["state"]
        way = self.shop.plan.chance(f"parcel {number} {state}").choice(ways)
        self.shop.tally.count(f"seller: {way}")
        match way:
            case "nothing":
                self.shop.left_alone.add(number)
            case "not_there" | "other":
                self.acts(number, "reject", because=way)
            case "sent":
                self.acts(number, "sent", tracking="RA123")
            case _:
                self.acts(number, "confirm")

    def acts(self, parcel: int, deed: str, **form: str) -> None:
        self.asks("POST", f"/api/v1/seller/parcels/{parcel}/{deed}", json=form or None)
