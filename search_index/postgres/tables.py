"""The tables of the index: in a schema of their own beside the shop's, which a rebuild makes anew.

They are no part of the shop's migrations: the index can be thrown away at any time. A session that
was `prepared` sees the tables of both by their plain names.
"""

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from search_index.folder import IndexIsBusy

FORM = 1  # raised whenever the tables change: an older index is then built anew
_PATIENCE = "60s"  # a writer that waits longer is told so, and comes again
TABLES = ("state", "documents", "words", "labels")

_MAKE = (
    """CREATE TABLE state (
        edition int, form int, built timestamptz,
        version bigint,  -- one more with every change
        books int, usual_length float4)""",
    # `packed` is what filters, facets and sorts look at: see matched.py. A lexeme of `names` has
    # its weight for a position, and the label A if it is of the bare title.
    """CREATE TABLE documents (
        book_id int PRIMARY KEY, revision int, version bigint, packed bytea, length int2,
        naming int2,
        names tsvector, prose tsvector, titles text[], spelt text[], authors text[])""",
    # The words of each field with the number of books that have them. Of a word as it is written
    # there is more, to find those that are like another; of an author, the words of the name.
    """CREATE TABLE words (
        field text COLLATE "C", word text COLLATE "C", books int,
        slips text[] COLLATE "C", sounds text[] COLLATE "C", parts tsvector,
        PRIMARY KEY (field, word))""",
    "CREATE TABLE labels (code int PRIMARY KEY, value text)",  # categories and languages
)
_FILL_BEFORE = (
    "CREATE INDEX ON documents USING gin (names)",
    "CREATE INDEX ON documents USING gin (prose)",
    "CREATE INDEX ON documents USING gin (titles)",
    "CREATE INDEX ON documents (version)",
    "CREATE INDEX ON words USING gin (slips)",
    "CREATE INDEX ON words USING gin (sounds)",
    "CREATE INDEX ON words USING gin (parts)",
    "CREATE INDEX ON words (left(word, 1), length(word)) WHERE field = 'spelt'",
)
_TRIGRAMS = "CREATE INDEX ON words USING gin (word gin_trgm_ops) WHERE field = 'spelt'"
# In a database of the locale C the extension knows no letters but a to z.
_HAS_TRIGRAMS = "SELECT show_trgm('ж') <> '{}'"
_SCHEMA_OF_TRIGRAMS = """SELECT nspname FROM pg_extension
    JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'"""


class Schema:
    """Where the index of one shop is. Several shops may live in one database."""

    def __init__(self, session: Session) -> None:
        shop, self._path = session.execute(
            text("SELECT current_schema(), current_setting('search_path')")
        ).one()
        self.name = f"{shop}_search"
        self._next, self._old = f"{self.name}_next", f"{self.name}_old"
        self._labels = f"{_quoted(self.name)}.labels"
        trigrams = session.scalar(text(_SCHEMA_OF_TRIGRAMS))
        if trigrams:
            self._path += f", {_quoted(trigrams)}"
        self._look_into(session, self.name)
        self.has_trigrams = bool(trigrams and session.scalar(text(_HAS_TRIGRAMS)))

    def prepare(self, session: Session, milliseconds: int) -> None:
        """For its transaction, each statement of which may take so long; 0 is for ever."""
        self._look_into(session, self.name, milliseconds)

    def has_labels(self, session: Session) -> bool:
        self._look_into(session, self.name)
        return session.scalar(text("SELECT to_regclass(:it)"), {"it": self._labels}) is not None

    def one_writer(self, session: Session) -> None:
        """Until the end of the transaction; a dead writer's turn ends with its connection."""
        session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        try:
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:it))"), {"it": self.name})
        except OperationalError as error:
            raise IndexIsBusy from error

    def make_next(self, session: Session) -> None:
        """Empty tables, seen by nobody else; the ones in use are no longer seen."""
        self._run(session, f"DROP SCHEMA IF EXISTS {_quoted(self._next)} CASCADE")
        self._run(session, f"CREATE SCHEMA {_quoted(self._next)}")
        self._look_into(session, self._next)
        self._run(session, *_MAKE)

    def finish_next(self, session: Session) -> None:
        """What was filled gets its indexes; nobody waits while names are exchanged."""
        self._run(session, *_FILL_BEFORE, *([_TRIGRAMS] if self.has_trigrams else []))
        self._run(session, *(f"ANALYZE {table}" for table in TABLES))
        self.remove_old(session)
        if session.scalar(text("SELECT to_regnamespace(:it)"), {"it": _quoted(self.name)}):
            self._rename(session, self.name, self._old)
        self._rename(session, self._next, self.name)

    def remove_old(self, session: Session) -> None:
        """Waits for questions that are still being answered from it."""
        self._run(session, f"DROP SCHEMA IF EXISTS {_quoted(self._old)} CASCADE")

    def _look_into(self, session: Session, name: str, milliseconds: int = 0) -> None:
        session.execute(
            _SET, {"path": f"{_quoted(name)}, {self._path}", "milliseconds": str(milliseconds)}
        )

    def _rename(self, session: Session, name: str, new: str) -> None:
        self._run(session, f"ALTER SCHEMA {_quoted(name)} RENAME TO {_quoted(new)}")

    def _run(self, session: Session, *statements: str) -> None:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


# Compiling a plan to machine code takes longer than any of these questions.
_SET = text(
    "SELECT set_config('search_path', :path, true), set_config('jit', 'off', true),"
    " set_config('work_mem', '16MB', true),"
    " set_config('statement_timeout', :milliseconds, true),"
    " set_config('pg_trgm.similarity_threshold', '0.15', true)"  # of words two slips apart
)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
