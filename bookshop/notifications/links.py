"""Where the buttons of a letter lead. A guest's and a seller's link open without signing in."""

from dataclasses import dataclass

from bookshop.auth.links import ORDER_OF_A_GUEST, PARCEL_OF_A_SELLER, signed
from bookshop.orders.models import Order, Parcel
from bookshop.settings import Settings


@dataclass(frozen=True)
class Links:
    public_url: str
    dashboard_url: str
    secret_key: str
    shop_name: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Links":
        return cls(
            settings.public_url, settings.dashboard_url, settings.secret_key, settings.shop_name
        )

    def order(self, order: Order) -> str:
        if order.customer_id is not None:
            return f"{self.public_url}/orders/{order.id}"
        token = signed(self.secret_key, ORDER_OF_A_GUEST, order.id)
        return f"{self.public_url}/orders/link/{token}"

    def parcel(self, parcel: Parcel) -> str:
        """The seller's page: it shows, and asks before it does anything."""
        token = signed(self.secret_key, PARCEL_OF_A_SELLER, parcel.id)
        return f"{self.public_url}/seller/parcels/{token}"
