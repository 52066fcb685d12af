"""A request with an Idempotency-Key is carried out once, however often it comes."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import request
from marshmallow import validate
from sqlalchemy.orm import Session

from bookshop.repeats import earlier_answer, remember
from webshop import context
from webshop.api.fields import Text


class Repeatable(ma.Schema):
    """The headers of a request that may come twice."""

    key = Text(
        data_key="Idempotency-Key",
        validate=validate.Regexp(r"[!-~]{1,200}\Z", error="bad_key"),
        metadata={"description": "The same key and request get the first one's answer again"},
    )


def once(
    headers: dict[str, str], who: str, asked: Any, do: Callable[[Session], dict[str, Any]]
) -> dict[str, Any]:
    """`do` it in a transaction. A repeat by the same `who` gets what the first one was answered."""
    key = headers.get("key")
    with context.transaction() as session:
        if key is None:
            return do(session)
        earlier = earlier_answer(session, who, key, _fingerprint(asked))
        if earlier is not None:
            return earlier
        answer = do(session)
        remember(session, who, key, answer)
        return answer


def _fingerprint(asked: Any) -> str:
    """Keyed, because what was asked may hold a password."""
    text = json.dumps([request.method, request.path, asked], sort_keys=True)
    return hmac.new(
        context.settings().secret_key.encode(), text.encode(), hashlib.sha256
    ).hexdigest()
