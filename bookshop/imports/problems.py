"""What can be wrong with a record, and what can be wrong with a whole file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bookshop.errors import Invalid
from bookshop.imports.columns import NAMES
from bookshop.translations import N_, Texts, say

LONGEST_VALUE = 60
WHOLE_FILE = 0  # the record number of a warning that is about no single record
WHOLE_ROW = "(row)"  # the field of a problem that is about no single field


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value, wherever it stands."""

    code: str
    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    rejects: bool = True  # or it is only worth a warning


@dataclass(frozen=True)
class Problem:
    """A fault at its place in the file. `text` is English, for gettext, with its parameters."""

    line: int
    record: int
    field: str
    code: str
    value: str
    text: str
    params: Mapping[str, object]

    @classmethod
    def of(cls, fault: Fault, line: int, record: int, field: str, value: str) -> "Problem":
        return cls(line, record, field, fault.code, shortened(value), fault.text, fault.params)

    def told_in(self, language: str) -> str:
        return say(language, self.text, **self.params)

    def as_json(self, language: str) -> dict[str, str | int]:
        """The shape of the command line and the REST API."""
        return {
            "line": self.line,
            "record": self.record,
            "field": self.field,
            "code": self.code,
            "value": self.value,
            "message": self.told_in(language),
        }


NOT_A_BOOK = Fault("not_a_book", N_("Only books are sold here, and this offer is of another type."))


def shortened(value: str) -> str:
    """Enough of it to recognise it, on one line and printable."""
    one_line = " ".join("".join(c if c.isprintable() else " " for c in value[:1000]).split())
    return one_line if len(one_line) <= LONGEST_VALUE else one_line[: LONGEST_VALUE - 1] + "…"


class NotACatalogue(Invalid):
    """The file as a whole cannot be read, and changes nothing."""

    text = N_("This file cannot be read as a catalogue.")


class EmptyFile(NotACatalogue):
    text = N_("The file is empty.")


class NoRecords(NotACatalogue):
    text = N_("There are no books in the file.")


class MissingColumns(NotACatalogue):
    text = N_(
        "The file needs a column with the title and one with the price, each with its name in "
        "the first line, like “title” and “price”. Missing: %(missing)s. Found: %(found)s."
    )

    def __init__(
        self,
        missing: Sequence[str],
        header: Sequence[str],
        samples: Sequence[Sequence[str]],
        known: Mapping[str, str],
    ) -> None:
        """With what a seller needs to say which column is which."""
        found = ", ".join(filter(None, header))
        super().__init__(missing=Texts(NAMES[field] for field in missing), found=found[:300])
        self.header = list(header)
        self.samples = [list(row) for row in samples]
        self.known = dict(known)  # header -> field


class LineTooLong(NotACatalogue):
    text = N_("Line %(line)d is too long to be a record of a catalogue.")


class Spreadsheet(NotACatalogue):
    text = N_("This is an Excel workbook. Save it as “CSV UTF-8” and upload that.")


class WordDocument(NotACatalogue):
    text = N_(
        "This is a Word document. Put the list into a spreadsheet, save it as “CSV UTF-8” and "
        "upload that."
    )


class Archive(NotACatalogue):
    text = N_(
        "This kind of archive is not unpacked here. Pack the catalogue as zip or gz, "
        "or upload it as it is."
    )


class NotOneInside(NotACatalogue):
    text = N_(
        "An archive must hold one file, the catalogue, and this one holds %(found)d: %(names)s."
    )


class TooManyInside(NotACatalogue):
    text = N_("There are too many files in the archive. Pack the catalogue alone.")


class NestedArchive(NotACatalogue):
    text = N_("There is an archive inside the archive. Unpack it and upload the catalogue itself.")


class PackedWithPassword(NotACatalogue):
    text = N_("The archive asks for a password. Pack the catalogue without one.")


class BrokenArchive(NotACatalogue):
    text = N_("The archive is broken or not complete. Pack the catalogue once more.")


class UnpacksTooFar(NotACatalogue):
    text = N_(
        "The archive unpacks to far more than a catalogue would. "
        "Upload the catalogue itself, not packed."
    )


class Pdf(NotACatalogue):
    text = N_("This is a PDF. Save the list as CSV, Yandex YML, YAML or ONIX and upload that.")


class BinaryFile(NotACatalogue):
    text = N_(
        "This is not a text file. Save the list as CSV, Yandex YML, YAML or ONIX and upload that."
    )


class WebPage(NotACatalogue):
    text = N_(
        "This is a web page, perhaps a sign-in form in place of the file. "
        "Download the catalogue itself and upload that."
    )


class Onix21(NotACatalogue):
    text = N_("This is ONIX 2.1, which is no longer used. Export ONIX 3.0 or 3.1 and upload that.")


class AnotherXml(NotACatalogue):
    text = N_(
        "This XML begins with <%(root)s>: a Yandex Market catalogue begins with yml_catalog, "
        "an ONIX one with ONIXMessage."
    )


class DeclaresEntities(NotACatalogue):
    text = N_(
        "The file declares things of its own in its DOCTYPE, which is not allowed. "
        'Leave only <!DOCTYPE yml_catalog SYSTEM "shops.dtd">, or remove the line.'
    )


class BrokenXml(NotACatalogue):
    text = N_(
        "The XML is broken at line %(line)d, or the file is not complete. "
        "Export it once more and upload that."
    )


class BrokenYaml(NotACatalogue):
    text = N_(
        "The YAML is broken at line %(line)d, or the file is not complete. "
        "Correct that line and upload it again."
    )


class YamlTricks(NotACatalogue):
    text = N_("Line %(line)d uses an anchor, alias or tag of YAML: write the value itself.")


class TooDeep(NotACatalogue):
    text = N_("Line %(line)d is nested too deeply for a catalogue.")


class NoListOfBooks(NotACatalogue):
    text = N_("The YAML holds no list of books: begin with “books:” and a list of records.")
