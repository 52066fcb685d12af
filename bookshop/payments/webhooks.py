"""Tells a webhook of billing from a forged one, and reads what it says."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookshop.errors import Invalid, NotAllowed
from bookshop.translations import N_

FRESH = timedelta(minutes=5)  # an old one may have been overheard and sent again
SCHEME = "v1="


class NotFromBilling(NotAllowed):
    text = N_("This message is not signed by our billing, or it is too old.")


class NotAnEvent(Invalid):
    text = N_("This message is signed by our billing, but it is not an event.")


@dataclass(frozen=True)
class Event:
    """News of a payment, a refund or a transfer; `reference` is the key we gave it."""

    id: str
    kind: str
    reference: str
    body: str  # raw


def read(secret: str, timestamp: str, signature: str, body: bytes, moment: datetime) -> Event:
    """What billing says. `timestamp` and `signature` are its headers, `body` as it came.

    Raises NotFromBilling, or NotAnEvent.
    """
    expected = SCHEME + signed(secret, timestamp, body)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise NotFromBilling
    if not _is_fresh(timestamp, moment):
        raise NotFromBilling
    return _event(body)


def signed(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _is_fresh(timestamp: str, moment: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(moment.timestamp() - int(timestamp)) <= FRESH.total_seconds()


def _event(body: bytes) -> Event:
    try:
        raw = body.decode()
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise NotAnEvent from None
    match said:
        case {"id": str(id), "type": str(kind), "data": {**data}} if id and kind:
            return Event(id, kind, str(data.get("reference") or ""), raw)
    raise NotAnEvent
