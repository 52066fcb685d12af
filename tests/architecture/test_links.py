"""A page for people that names a file names one that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^]]+\]\((?!https?:)([^)#]+)")
PLACE = re.compile(r"`((?:bookshop|webshop|worker|search_index|demo|deploy|tests|docs)/[\w./-]*)`")


def test_no_link_leads_nowhere():
    missing = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in LINK.findall(page.read_text())
        if not (page.parent / link).exists()
    ]

    assert missing == []


def test_no_file_is_named_that_is_gone():
    missing = [
        f"{page.relative_to(ROOT)}: {place}"
        for page in PAGES
        for place in PLACE.findall(page.read_text())
        if not (ROOT / place).exists()
    ]

    assert missing == []
