"""CSV with every text exactly as it is.

A text that begins with =, +, - or @ stays so: a spreadsheet may take it for a formula, but any
sign put before it would come back as part of the title when the file is imported again.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from bookshop.exports.offered import Offered
from bookshop.imports.columns import FIELDS

_MARK = "\ufeff"  # by this Excel knows UTF-8
_AT_ONCE = 1 << 16


def write(offers: Iterable[Offered]) -> Iterator[bytes]:
    text = StringIO(newline="")
    text.write(_MARK)
    table = csv.DictWriter(text, FIELDS)
    table.writeheader()
    for offer in offers:
        table.writerow(offer.said)
        if text.tell() > _AT_ONCE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
