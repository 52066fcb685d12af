"""What a seller says of the columns of his file, and what can be wrong with that."""

from collections.abc import Mapping, Sequence

from bookshop.errors import Invalid
from bookshop.imports.columns import FIELDS, NAMES, NEEDED, places
from bookshop.translations import N_, Texts


class UnknownColumn(Invalid):
    text = N_("There is no column “%(value)s” in the file.")


class UnknownField(Invalid):
    text = N_("A column cannot be read as “%(value)s”.")


class FieldTwice(Invalid):
    text = N_(
        "The columns “%(one)s” and “%(other)s” are both read as “%(name)s”: keep one of them, "
        "and choose something else for the other."
    )


class NeededNotRead(Invalid):
    text = N_(
        "Title and price are needed of every book. Say which columns they are. "
        "Missing: %(missing)s."
    )


def check_mapping(mapping: Mapping[str, str], header: Sequence[str]) -> None:
    """A field for a column, or "" not to read it; the others are read by their names."""
    said: dict[str, str] = {}  # field -> column
    for column, field in mapping.items():
        if column not in header:
            raise UnknownColumn(field="mapping", value=column)
        if field and field not in FIELDS:
            raise UnknownField(field="mapping", value=field)
        if field and field in said:
            raise FieldTwice(
                field="mapping", one=said[field], other=column, name=Texts([NAMES[field]])
            )
        said[field] = column
    read = places(header, mapping)
    if missing := Texts(NAMES[field] for field in NEEDED if field not in read):
        raise NeededNotRead(field="mapping", missing=missing)
