"""Which documents fit a reading of the question, in the language of PostgreSQL's full text."""

from collections.abc import Sequence

from search_index.language import stem
from search_index.postgres.matched import Condition
from search_index.postgres.writing import quoted
from search_index.reading import Reading
from search_index.words_meant import Group

_NAMES = "names @@ %({0})s::tsquery"
_ANYWHERE = "(names @@ %({0})s::tsquery OR prose @@ %({0})s::tsquery)"
_TITLED = "titles @> ARRAY[%(title)s]"
_TITLE_COUNTS = 100  # words


def by_names(reading: Reading) -> Condition:
    return _condition(reading, _NAMES)


def by_description_too(reading: Reading) -> Condition:
    return _condition(reading, _ANYWHERE)


def having_isbn(isbn: str) -> Condition:
    return Condition(
        "book_id IN (SELECT id FROM books WHERE isbn13 = %(isbn)s)", values={"isbn": isbn}
    )


def stems_of(groups: Sequence[Group]) -> list[str]:
    return sorted({stem(form) for group in groups for form in group.forms})


def _condition(reading: Reading, having: str) -> Condition:
    """A book that is called so fits as well."""
    groups = [group for group in reading.groups if group.required] or reading.groups
    all_of_them = groups and groups[0].required and not reading.any_word
    values = {f"group{n}": _any_of([group]) for n, group in enumerate(groups)}
    between = " AND " if all_of_them else " OR "
    wheres = [f"({between.join(map(having.format, values))})"] if values else []
    said = [f"({_NAMES.format(name)})::int" for name in values]
    if reading.title:
        values["title"] = reading.title
        wheres.append(_TITLED)
        said.append(f"{_TITLE_COUNTS} * ({_TITLED})::int")
    return Condition(
        " OR ".join(wheres) or "false",
        " + ".join(said) or "0",
        values,
        reading.any_word,
    )


def _any_of(groups: Sequence[Group]) -> str:
    return " | ".join(map(quoted, stems_of(groups)))
