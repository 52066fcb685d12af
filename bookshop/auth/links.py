"""Links that prove by themselves where they lead; they are signed, not stored."""

from datetime import timedelta

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from bookshop.errors import NotAllowed
from bookshop.translations import N_

ORDER_OF_A_GUEST = "order"
PARCEL_OF_A_SELLER = "parcel"
LASTS = {ORDER_OF_A_GUEST: timedelta(days=180), PARCEL_OF_A_SELLER: timedelta(days=14)}


class LinkExpired(NotAllowed):
    text = N_("This link has expired. Sign in, and you will find everything there.")


class LinkForged(NotAllowed):
    text = N_(
        "This link is not one of ours, or a letter of it is missing. Copy it whole from the email."
    )


def signed(secret_key: str, purpose: str, id: int) -> str:
    return URLSafeTimedSerializer(secret_key, salt=purpose).dumps(id)


def read(secret_key: str, purpose: str, token: str) -> int:
    """The id it was signed for. Raises LinkExpired or LinkForged."""
    try:
        id = URLSafeTimedSerializer(secret_key, salt=purpose).loads(
            token, max_age=int(LASTS[purpose].total_seconds())
        )
    except SignatureExpired:
        raise LinkExpired from None
    except BadSignature:
        raise LinkForged from None
    return int(id)
