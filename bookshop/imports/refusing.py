"""The refused records once more, in the seller's own format, each with the reason why."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from bookshop.database import Database
from bookshop.imports import reading
from bookshop.imports.columns import REASON, name_of
from bookshop.imports.models import Import
from bookshop.imports.staged import Staged
from bookshop.imports.uploads import Upload, written_whole
from bookshop.translations import say
from bookshop.users import service as users


def write_refused(
    database: Database,
    importing: Import,
    upload: Upload,
    mapping: dict[str, str] | None,
) -> None:
    with database.reading() as session:
        language = users.get(session, importing.seller_id).language
    with written_whole(upload.refused) as into:
        why = Reasons(Staged(upload).problems(), language)
        reading.write_refused(upload.original, why, say(language, REASON), into, mapping)


class Reasons(Mapping[int, str]):
    """Why each record was refused. They are asked for in the order of the file, and not kept."""

    def __init__(self, problems: Iterator[dict[str, Any]], language: str) -> None:
        self._language = language
        self._records = groupby(problems, key=lambda problem: int(problem["record"]))
        self._record, self._why = 0, ""
        self._go_on()

    def __contains__(self, record: object) -> bool:
        assert isinstance(record, int)
        while self._record and self._record < record:
            self._go_on()
        return self._record == record

    def __getitem__(self, record: int) -> str:
        if record not in self:
            raise KeyError(record)
        return self._why

    def __iter__(self) -> Iterator[int]:
        while self._record:
            yield self._record
            self._go_on()

    def __len__(self) -> int:
        raise TypeError("how many there are is known only at the end")

    def _go_on(self) -> None:
        """0 stands after the last."""
        self._record, problems = next(self._records, (0, iter(())))
        self._why = " ".join(map(self._told, problems))

    def _told(self, problem: Mapping[str, Any]) -> str:
        field = name_of(problem["field"], self._language)
        text, params = problem["text"], problem["params"]
        message = say(self._language, text, **params)
        return f"{field}: {message}" if field else message
