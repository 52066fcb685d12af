"""The shapes of what the API is asked."""

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields, validate

from bookshop.exports.formats import FORMATS
from bookshop.imports.columns import FIELDS
from bookshop.orders.parcels import Because
from bookshop.orders.states import ParcelState
from search_index.questions import LATEST_YEAR, MOST_PER_PAGE, Sort
from webshop.api.fields import (
    LARGEST_ID,
    Amount,
    Body,
    Text,
    Whole,
    YesOrNo,
    between,
    one_of,
)


class Registration(Body):
    login = Text(required=True)
    email = Text(required=True)
    password = Text(required=True)
    first_name = Text()
    last_name = Text()
    phone = Text()
    language = Text(metadata={"description": "ru or en; else that of this request"})


class AccountChange(Body):
    """What is not named stays."""

    email = Text()
    first_name = Text()
    last_name = Text()
    phone = Text()
    language = Text()


class SignInForm(Body):
    login = Text(required=True, metadata={"description": "or the email"})
    password = Text(required=True)


class Paging(ma.Schema):
    page = Whole(load_default=1, validate=between(1, LARGEST_ID))
    per_page = Whole(load_default=20, validate=between(1, MOST_PER_PAGE))


class Search(Paging):
    q = Text(load_default="", metadata={"description": "Words, an author, an ISBN in any form"})
    category = Text(metadata={"description": "With those below it: Fiction > Classics"})
    language = Text(metadata={"description": "ISO 639-1"})
    seller = Text(metadata={"description": "The seller's login"})
    min_price = Amount()
    max_price = Amount()
    min_year = Whole(validate=between(0, LATEST_YEAR))
    max_year = Whole(validate=between(0, LATEST_YEAR))
    in_stock = YesOrNo(load_default=False)
    as_typed = YesOrNo(
        load_default=False, metadata={"description": "Correct nothing, show nothing but near"}
    )
    sort = Text(load_default=Sort.RELEVANCE, validate=one_of(Sort))


class Typed(ma.Schema):
    q = Text(load_default="")
    limit = Whole(load_default=8, validate=between(1, 20))


class Quantity(Body):
    quantity = Whole(required=True, strict=True, metadata={"minimum": 1, "maximum": 99})


class OrderForm(Body):
    name = Text(required=True)
    email = Text(required=True)
    phone = Text(load_default="")
    address = Text(required=True)
    total = Amount(metadata={"description": "What the customer saw; if it changed, 409"})


class ProblemReport(Body):
    words = Text(required=True, metadata={"description": "What is missing or wrong"})


class Rejection(Body):
    because = Text(load_default=Because.OTHER, validate=one_of(Because))
    note = Text(load_default="")


class Sending(Body):
    tracking = Text(load_default="")


class UploadOptions(ma.Schema):
    apply = YesOrNo(load_default=False, metadata={"description": "Do not stop at the preview"})
    withdraw_missing = YesOrNo(load_default=False)
    default_stock = Whole(
        load_default=None,
        metadata={"description": "Copies of each book where the file does not say; else 1"},
    )


class Catalogue(ma.Schema):
    file = Upload(required=True, error_messages={"required": "not_a_file"})


class ColumnNames(Body):
    mapping = fields.Dict(
        keys=Text(),
        values=Text(),
        required=True,
        error_messages={"required": "missing", "null": "null", "invalid": "not_an_object"},
        metadata={
            "description": f'A field for a column, or "" not to read it. {", ".join(FIELDS)}',
            "example": {"Buch": "title", "EUR": ""},
        },
    )
    default_stock = Whole(
        strict=True,
        allow_none=True,
        load_default=None,
        metadata={"description": "Copies of each book where the file does not say; null: 1"},
    )


class ApplyOptions(Body):
    """What is not named stays as it was uploaded."""

    withdraw_missing = YesOrNo()


class OfferSearch(Paging):
    q = Text(load_default="")


class OfferChange(Body):
    """What is not named stays."""

    price = Amount()
    on_hand = Whole(strict=True)
    on_sale = fields.Boolean(
        truthy={True}, falsy={False}, error_messages={"invalid": "not_boolean", "null": "null"}
    )


class ExportOptions(ma.Schema):
    format = Text(load_default="csv", validate=validate.OneOf(FORMATS, error="not_one_of"))


class ParcelSearch(ma.Schema):
    state = Text(validate=one_of(ParcelState))


class Month(ma.Schema):
    month = fields.Date("%Y-%m", error_messages={"invalid": "not_a_month"})
