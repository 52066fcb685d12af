"""The search most shops have, as the manual of Whoosh begins: the judgements must ask for more."""

from collections.abc import Iterable

from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import MultifieldParser

from bookshop.books.models import Book

FIELDS = ["title", "authors", "publisher", "series", "description"]


class UsualRecipe:
    def __init__(self, books: Iterable[Book]) -> None:
        texts = {name: TEXT(analyzer=StemmingAnalyzer()) for name in FIELDS}
        self._index = RamStorage().create_index(Schema(isbn13=STORED, **texts))
        with self._index.writer() as writer:
            for book in books:
                said = {name: getattr(book, name) for name in FIELDS}
                writer.add_document(isbn13=book.isbn13, **said)

    def find(self, words: str, most: int) -> list[str]:
        """The ISBNs, best first."""
        query = MultifieldParser(FIELDS, self._index.schema).parse(words)
        with self._index.searcher() as searcher:
            return [hit["isbn13"] for hit in searcher.search(query, limit=most)]
