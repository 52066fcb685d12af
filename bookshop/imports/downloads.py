"""The files of an upload that its seller may have back."""

from dataclasses import dataclass
from pathlib import Path

from bookshop.errors import NotFound
from bookshop.imports.models import Import
from bookshop.imports.service import NotKept
from bookshop.imports.uploads import Upload
from bookshop.translations import N_

# What a catalogue of each format is called, and how its name ends.
_KINDS = {
    "csv": ("text/csv", ".csv"),
    "yml": ("application/xml", ".xml"),
    "yaml": ("application/yaml", ".yaml"),
    "onix": ("application/xml", ".xml"),
}
_PACKED = (".zip", ".gz")
REFUSED = "refused-"  # how the name of a file of refused records begins


class NothingRefused(NotFound):
    text = N_("No record of this import was refused.")


@dataclass(frozen=True)
class Download:
    path: Path
    name: str
    kind: str


def original(found: Import, uploads: Path) -> Download:
    """As it came, whatever it was."""
    return _kept(found, Upload(uploads / found.path).original, found.filename)


def refused(found: Import, uploads: Path) -> Download:
    if not found.rejected:
        raise NothingRefused
    kind, ending = _KINDS[found.format]
    name = f"{REFUSED}{_stem(found.filename)}{ending}"
    return _kept(found, Upload(uploads / found.path, found.checked_as).refused, name, kind)


def _kept(found: Import, path: Path, name: str, kind: str = "application/octet-stream") -> Download:
    if not found.path or not path.is_file():
        raise NotKept
    return Download(path, name, kind)


def _stem(filename: str) -> str:
    """books.csv.gz -> books: what is given back is never packed."""
    path = Path(filename)
    return Path(path.stem).stem if path.suffix.lower() in _PACKED else path.stem
