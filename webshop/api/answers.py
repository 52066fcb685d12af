"""The shapes of what the API answers."""

import marshmallow as ma
from marshmallow import fields

from bookshop.imports.models import Door, ImportState
from bookshop.orders.states import OrderState, ParcelState
from bookshop.payments.models import PaymentState
from bookshop.users.models import Role
from webshop.api.fields import decimal, word


class UserSchema(ma.Schema):
    id = fields.Integer()
    login = fields.String()
    email = fields.String()
    first_name = fields.String()
    last_name = fields.String()
    phone = fields.String()
    language = fields.String()
    role = word(Role)
    shop = fields.String(allow_none=True, metadata={"description": "A seller's shop"})


class Token(ma.Schema):
    token = fields.String()


class OfferSchema(ma.Schema):
    id = fields.Integer()
    seller = fields.String(metadata={"description": "The seller's login"})
    shop = fields.String()
    price = decimal()
    currency = fields.String()
    sellable = fields.Integer(metadata={"description": "Copies left"})


class BookInList(ma.Schema):
    id = fields.Integer()
    isbn13 = fields.String(allow_none=True)
    title = fields.String()
    authors = fields.List(fields.String())
    price = decimal(allow_none=True)
    currency = fields.String()
    in_stock = fields.Boolean()
    offers = fields.List(fields.Nested(OfferSchema), metadata={"description": "Best first"})


class BookSchema(BookInList):
    publisher = fields.String()
    series = fields.String()
    year = fields.Integer(allow_none=True)
    language = fields.String()
    category = fields.String()
    pages = fields.Integer(allow_none=True)
    binding = fields.String()
    age = fields.String(metadata={"example": "12+"})
    volume = fields.String()
    description = fields.String()


class PriceBandSchema(ma.Schema):
    min_price = decimal()
    max_price = decimal(allow_none=True)
    count = fields.Integer()


class YearBandSchema(ma.Schema):
    min_year = fields.Integer(allow_none=True)
    max_year = fields.Integer(allow_none=True)
    count = fields.Integer()


class FacetsSchema(ma.Schema):
    """How many books each choice would leave, with all the other filters kept."""

    category = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "Two levels at most: Fiction, and Fiction > Classics in it"},
    )
    language = fields.Dict(keys=fields.String(), values=fields.Integer())
    seller = fields.Dict(keys=fields.String(), values=fields.Integer())
    price = fields.List(fields.Nested(PriceBandSchema))
    year = fields.List(fields.Nested(YearBandSchema))
    in_stock = fields.Integer()


class FoundSchema(ma.Schema):
    total = fields.Integer()
    took_ms = fields.Float()
    did_you_mean = fields.String(
        allow_none=True,
        metadata={"description": "The words that were looked for instead; see as_typed"},
    )
    nearest = fields.Boolean(metadata={"description": "No book has all the words"})
    degraded = fields.Boolean(metadata={"description": "The index is away; no facets"})
    cut_short = fields.Boolean(
        metadata={"description": "It took too long: some of the looking was left out"}
    )
    left_out = fields.Boolean(
        metadata={"description": "So many words: the last of them were not looked for"}
    )
    wrong_isbn = fields.String(
        allow_none=True,
        metadata={"description": "Why the number that was typed is no ISBN: isbn_checksum, …"},
    )
    page = fields.Integer()
    per_page = fields.Integer()
    results = fields.List(fields.Nested(BookInList))
    facets = fields.Nested(FacetsSchema)


class SuggestionSchema(ma.Schema):
    kind = fields.String()
    text = fields.String()
    book_id = fields.Integer(allow_none=True, metadata={"description": "An author has none"})
    isbn13 = fields.String(allow_none=True, metadata={"description": "This and the rest: of books"})
    authors = fields.List(fields.String())
    price = decimal(allow_none=True)
    currency = fields.String()
    in_stock = fields.Boolean()


class BasketItemSchema(ma.Schema):
    offer_id = fields.Integer()
    isbn13 = fields.String(allow_none=True)
    title = fields.String()
    authors = fields.List(fields.String())
    shop = fields.String()
    quantity = fields.Integer()
    price = decimal()
    price_seen = decimal("When it was put in")
    currency = fields.String()
    total = decimal()
    sellable = fields.Integer()
    on_sale = fields.Boolean()


class BasketSchema(ma.Schema):
    items = fields.List(fields.Nested(BasketItemSchema))
    copies = fields.Integer()
    total = decimal()
    currency = fields.String()


class Placed(ma.Schema):
    id = fields.Integer()
    state = word(OrderState)


class OrderInList(Placed):
    total = decimal()
    currency = fields.String()
    placed_at = fields.DateTime()


class PaymentSchema(ma.Schema):
    state = word(PaymentState)
    pay_url = fields.String(allow_none=True)


class LineSchema(ma.Schema):
    isbn13 = fields.String(allow_none=True)
    title = fields.String()
    quantity = fields.Integer()
    price = decimal()
    left = fields.Integer(allow_none=True, metadata={"description": "When it came out short"})


class ParcelSchema(ma.Schema):
    id = fields.Integer()
    seller = fields.String()
    state = word(ParcelState)
    lines = fields.List(fields.Nested(LineSchema))


class Happening(ma.Schema):
    at = fields.String(metadata={"format": "date-time"})
    what = fields.String()
    who = fields.String()
    parcel = fields.Integer()


class OrderSchema(Placed):
    total = decimal()
    currency = fields.String()
    payment = fields.Nested(PaymentSchema, allow_none=True)
    parcels = fields.List(fields.Nested(ParcelSchema))
    history = fields.List(fields.Nested(Happening))


class Recipient(ma.Schema):
    name = fields.String()
    phone = fields.String()
    email = fields.String()
    address = fields.String()


class SellerParcel(ParcelSchema):
    order_id = fields.Integer()
    total = decimal()
    currency = fields.String()
    confirm_by = fields.String(allow_none=True, metadata={"format": "date-time"})
    to = fields.Nested(Recipient, allow_none=True)
    tracking = fields.String()
    problem = fields.String()


class SellerOfferSchema(ma.Schema):
    id = fields.Integer()
    book_id = fields.Integer()
    isbn13 = fields.String(allow_none=True)
    title = fields.String()
    authors = fields.String()
    price = decimal()
    currency = fields.String()
    on_hand = fields.Integer()
    reserved = fields.Integer()
    sellable = fields.Integer()
    on_sale = fields.Boolean()
    sku = fields.String()


class Received(ma.Schema):
    id = fields.Integer()
    state = word(ImportState)


class ImportProblem(ma.Schema):
    line = fields.Integer()
    record = fields.Integer(metadata={"description": "Counted from 1"})
    field = fields.String()
    code = fields.String()
    value = fields.String()
    message = fields.String()


class Refusal(ma.Schema):
    code = fields.String()
    message = fields.String()


class ImportInList(Received):
    filename = fields.String()
    size = fields.Integer(metadata={"description": "Bytes"})
    is_kept = fields.Boolean(metadata={"description": "The file can be had again, for 90 days"})
    format = fields.String()
    rows = fields.Integer()
    accepted = fields.Integer()
    rejected = fields.Integer()
    new = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    withdrawn = fields.Integer()
    door = fields.String(metadata={"description": "By which it came", "enum": list(Door)})
    uploaded_at = fields.String(metadata={"format": "date-time"})
    applied_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    ended_at = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "When it came into a state that lasts"},
    )


class Columns(ma.Schema):
    header = fields.List(fields.String())
    samples = fields.List(
        fields.List(fields.String()), metadata={"description": "The first rows, shortened"}
    )
    read_as = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "Which column is read as which field"},
    )


class Sample(ma.Schema):
    line = fields.Integer(metadata={"description": "Not of what is missing"})
    title = fields.String()
    authors = fields.String()
    isbn13 = fields.String(allow_none=True)
    price_before = decimal("null: it is new", allow_none=True)
    price = decimal()
    on_hand_before = fields.Integer(allow_none=True)
    on_hand = fields.Integer()
    on_sale_before = fields.Boolean(allow_none=True)
    title_before = fields.String(
        allow_none=True, metadata={"description": "If the file gives the book another title"}
    )


class Preview(ma.Schema):
    new = fields.List(fields.Nested(Sample))
    changed = fields.List(fields.Nested(Sample))
    missing = fields.List(fields.Nested(Sample))


def counts_by_code() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "How many of each code there are; of the list only the first"},
    )


class ImportSchema(ImportInList):
    encoding = fields.String()
    default_stock = fields.Integer(allow_none=True)
    progress = fields.Float(metadata={"description": "Of the work at hand, from 0 to 1"})
    missing = fields.Integer(
        metadata={"description": "Offers of yours that the file does not name"}
    )
    is_whole = fields.Boolean(metadata={"description": "Else what it lacks cannot be withdrawn"})
    columns = fields.Nested(
        Columns, allow_none=True, metadata={"description": "Of a table: see …/columns"}
    )
    preview = fields.Nested(Preview, metadata={"description": "The first of each"})
    problems = fields.List(fields.Nested(ImportProblem))
    problem_counts = counts_by_code()
    warnings = fields.List(fields.Nested(ImportProblem))
    warning_counts = counts_by_code()
    refused = fields.Nested(Refusal, allow_none=True)


class StatementLineSchema(ma.Schema):
    at = fields.DateTime()
    order_id = fields.Integer()
    parcel_id = fields.Integer()
    total = decimal("What the customer paid")
    commission = decimal()
    amount = decimal("Yours")
    paid_out = decimal(allow_none=True)


class StatementSchema(ma.Schema):
    month = fields.String(metadata={"example": "2026-11"})
    currency = fields.String()
    total = decimal()
    commission = decimal()
    amount = decimal()
    paid_out = decimal()
    owed = decimal("For returns, withheld from the next transfers")
    lines = fields.List(fields.Nested(StatementLineSchema))
