"""What a value in a request may look like. Whether it makes sense, the services say.

marshmallow's messages are replaced by codes, and SAID has the text of each for the reader.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from bookshop import money
from bookshop.money import Money
from bookshop.translations import N_

LARGEST_ID = 2**31 - 1

SAID = {
    "missing": N_("This field is required."),
    "null": N_("This field may not be null."),
    "not_allowed": N_("This value is not allowed here."),
    "not_text": N_("This is not a text: send a JSON string."),
    "bad_signs": N_("The text holds signs that cannot be kept (NUL, or half a letter)."),
    "not_whole": N_("This is not a whole number."),
    "out_of_range": N_("This number is too small or too large."),
    "not_boolean": N_("This is neither true nor false."),
    "not_one_of": N_("This is not one of the values there are: see the documentation."),
    "not_a_month": N_("A month is written like 2026-11."),
    "not_a_file": N_("Send the catalogue as the part “file” of a multipart form."),
    "bad_key": N_("An Idempotency-Key is 1 to 200 printable characters without spaces."),
    "unknown_field": N_("There is no such field."),
    "not_an_object": N_("This is not a JSON object."),
}
_OF_ALL_FIELDS = {"required": "missing", "null": "null", "validator_failed": "not_allowed"}


class Body(ma.Schema):
    """Unknown fields are refused: a misspelt one would be lost in silence."""

    error_messages = {"unknown": "unknown_field", "type": "not_an_object"}


class Text(fields.String):
    default_error_messages = {
        **_OF_ALL_FIELDS,
        "invalid": "not_text",
        "invalid_utf8": "not_text",
        "signs": "bad_signs",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self.make_error("signs")
        return text


class Amount(fields.Field[Money]):
    """ "1234.50" in JSON, Money inside."""

    default_error_messages = {**_OF_ALL_FIELDS, "invalid": "not_text"}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any
    ) -> Money:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return money.parse(value, attr)


class Whole(fields.Integer):
    default_error_messages = {**_OF_ALL_FIELDS, "invalid": "not_whole", "too_large": "not_whole"}


class YesOrNo(fields.Boolean):
    default_error_messages = {**_OF_ALL_FIELDS, "invalid": "not_boolean"}


def one_of(values: type[StrEnum]) -> validate.OneOf:
    """One of an enum's words."""
    return validate.OneOf([value.value for value in values], error="not_one_of")


def between(least: int, most: int) -> validate.Range:
    return validate.Range(least, most, error="out_of_range")


def decimal(about: str = "", **more: Any) -> fields.String:
    """Money in an answer; its currency stands beside it."""
    metadata = {"example": "1234.50"} | ({"description": about} if about else {})
    return fields.String(metadata=metadata, **more)


def word(values: type[StrEnum]) -> fields.String:
    """One of an enum's words in an answer."""
    return fields.String(validate=one_of(values))
