"""What an import did to the shop, also when that has been put back."""

import streamlit as st

from bookshop.imports.history import PastImport
from bookshop.imports.models import Import
from bookshop.translations import N_, say
from seller_dashboard.wording import number

FACTS_STAY = N_("Titles, descriptions and other facts of books stay as the file told them.")


def changes_nothing(importing: Import) -> bool:
    """What it tells stands in the shop already, and nothing can be withdrawn."""
    withdraws = importing.missing and importing.is_whole
    return bool(importing.accepted) and not (importing.new or importing.changed or withdraws)


def done(importing: Import | PastImport, language: str) -> list[str]:
    """To the seller's offers."""
    counted = {
        N_("%(n)s new"): importing.new,
        N_("%(n)s changed"): importing.changed,
        N_("%(n)s taken off sale"): importing.withdrawn,
    }
    return [
        say(language, text, n=number(count, language)) for text, count in counted.items() if count
    ]


def show_undone(importing: Import, language: str) -> None:
    brought = ", ".join(done(importing, language))
    if brought:
        st.write(
            say(
                language,
                "This upload had brought: %(done)s. It is put back, but for what changed since.",
                done=brought,
            )
        )
        st.caption(say(language, FACTS_STAY))
    else:
        st.write(say(language, "This upload had changed nothing."))
