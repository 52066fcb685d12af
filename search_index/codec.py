"""How a segment lies on disk, as Whoosh asks for it: `whoosh.index.open_dir` opens such an index.

Whoosh keeps the list of segments and reads them; search_index/writing.py alone writes them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import Codec, FieldCursor, PerDocumentReader, Segment, TermsReader
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from search_index.arrays import Arrays, Damaged, State, Words
from search_index.documents import EDITION, FIELDS
from search_index.postings import Field

BOOKS, OFFERS = "books", "offers"


class ArraySegment(Segment):  # type: ignore[misc]
    """What the list of segments says of one."""

    def __init__(self, index_name: str) -> None:
        super().__init__(index_name)
        self.edition = EDITION
        self.size = 0
        self.dead: NDArray[np.int32] = np.zeros(0, np.int32)  # documents that no longer count
        self.writings_of_offers = 0
        self.states: dict[str, State] = {}  # of its files, as they were written

    def path(self, folder: Path, part: str) -> Path:
        """`part` is BOOKS, which never changes, or OFFERS, which is written anew now and then."""
        writing = str(self.writings_of_offers) if part == OFFERS else ""
        return folder / str(self.make_filename(f".{part}{writing}"))

    def open(self, folder: Path, part: str) -> Arrays:
        """Raises Damaged. A file that was touched since is looked through."""
        arrays = Arrays(self.path(folder, part), changeable=part == OFFERS)
        if self.edition != EDITION:
            raise Damaged("it was written by an older version")
        if arrays.state != self.states[part]:
            arrays.check()
        return arrays

    def codec(self) -> "ArrayCodec":
        return ArrayCodec()

    def should_assemble(self) -> bool:
        return False

    def set_doc_count(self, count: int) -> None:
        self.size = count

    def doc_count_all(self) -> int:
        return self.size

    def deleted_count(self) -> int:
        return len(self.dead)

    def deleted_docs(self) -> Iterator[int]:
        return iter(self.dead.tolist())

    def is_deleted(self, number: int) -> bool:
        return number in self.dead

    def delete_document(self, number: int, delete: bool = True) -> None:
        raise NotImplementedError(_READ_ONLY)


class ArrayCodec(Codec):  # type: ignore[misc]
    def new_segment(self, storage: Any, indexname: str) -> ArraySegment:
        return ArraySegment(indexname)

    def terms_reader(self, storage: Any, segment: ArraySegment) -> "_Terms":
        return _Terms(segment.open(Path(storage.folder), BOOKS))

    def per_document_reader(self, storage: Any, segment: ArraySegment) -> "_Documents":
        return _Documents(segment.open(Path(storage.folder), BOOKS), segment)

    def per_document_writer(self, storage: Any, segment: ArraySegment) -> None:
        raise NotImplementedError(_READ_ONLY)

    def field_writer(self, storage: Any, segment: ArraySegment) -> None:
        raise NotImplementedError(_READ_ONLY)


_READ_ONLY = "Whoosh only reads this index; the shop itself writes it"


class _Terms(TermsReader):  # type: ignore[misc]
    def __init__(self, arrays: Arrays) -> None:
        self._fields = {name: Field(arrays, name) for name in FIELDS}

    def indexed_field_names(self) -> list[str]:
        return list(self._fields)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        field, text = term
        return field in self._fields and self._fields[field].words.find(text) is not None

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((field, text) for field in self._fields for text in self._words(field))

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        words = self._words(field)
        return ((field, words[number]) for number in range(words.place(prefix), len(words)))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, field: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(field, prefix))

    def cursor(self, field: str, _field_object: object) -> "_Cursor":
        return _Cursor(self, field, self._words(field))

    def term_info(self, field: str, text: bytes) -> TermInfo:
        documents, weights = self._postings(field, text)
        return TermInfo(
            weight=float(weights.sum()),
            df=len(documents),
            minlength=1,
            maxlength=1,
            maxweight=float(weights.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, field: str, text: bytes) -> float:
        return float(self.term_info(field, text).weight())

    def doc_frequency(self, field: str, text: bytes) -> int:
        return len(self._postings(field, text)[0])

    def matcher(self, field: str, text: bytes, form: object, scorer: Any = None) -> ListMatcher:
        documents, weights = self._postings(field, text)
        return ListMatcher(
            documents.tolist(),
            weights.astype(float).tolist(),
            format=form,
            scorer=scorer,
            term=(field, text),
            terminfo=self.term_info(field, text),
        )

    def _postings(self, field: str, text: bytes) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        number = self._words(field).find(text)
        if number is None:
            raise TermNotFound(f"{field}:{text!r}")
        return self._fields[field].postings(number)

    def _words(self, field: str) -> Words:
        if field not in self._fields:
            raise TermNotFound(f"no field {field}")
        return self._fields[field].words


class _Cursor(FieldCursor):  # type: ignore[misc]
    def __init__(self, terms: _Terms, field: str, words: Words) -> None:
        self._terms, self._field, self._words = terms, field, words
        self._number = 0

    def first(self) -> str | None:
        self._number = 0
        return self.text()

    def find(self, term: str | bytes) -> str | None:
        self._number = self._words.place(term.encode() if isinstance(term, str) else term)
        return self.text()

    def next(self) -> str | None:
        self._number += 1
        return self.text()

    def text(self) -> str | None:
        return self._words[self._number].decode() if self.is_valid() else None

    def term_info(self) -> TermInfo:
        return self._terms.term_info(self._field, self._words[self._number])

    def is_valid(self) -> bool:
        return self._number < len(self._words)


class _Documents(PerDocumentReader):  # type: ignore[misc]
    def __init__(self, arrays: Arrays, segment: ArraySegment) -> None:
        self._books, self._revisions = arrays["book"], arrays["revision"]
        self._segment = segment

    def doc_count(self) -> int:
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        return self._segment.size

    def has_deletions(self) -> bool:
        return len(self._segment.dead) > 0

    def is_deleted(self, number: int) -> bool:
        return self._segment.is_deleted(number)

    def deleted_docs(self) -> Iterator[int]:
        return self._segment.deleted_docs()

    def doc_field_length(self, number: int, field: str, default: int = 0) -> int:
        return default

    def field_length(self, field: str) -> int:
        return 0

    def min_field_length(self, field: str) -> int:
        return 0

    def max_field_length(self, field: str) -> int:
        return 0

    def stored_fields(self, number: int) -> dict[str, object]:
        book, revision = int(self._books[number]), int(self._revisions[number])
        return {"book": str(book), "revision": revision}
