"""The formats that offers are exported in, and what a file of each is called."""

from dataclasses import dataclass
from typing import Literal

Name = Literal["csv", "yml", "onix"]


@dataclass(frozen=True)
class Format:
    name: Name
    title: str  # the same in every language
    kind: str
    filename: str


FORMATS = {
    "csv": Format("csv", "CSV", "text/csv; charset=utf-8", "offers.csv"),
    "yml": Format("yml", "Yandex YML", "application/xml", "offers-yml.xml"),
    "onix": Format("onix", "ONIX 3.0", "application/xml", "offers-onix.xml"),
}
