"""Tables with sums of money in them, digit under digit."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from pandas import DataFrame

from bookshop import money
from bookshop.money import Money


def show_amounts(
    rows: Sequence[Mapping[str, object]], amounts: Sequence[str], language: str, none: str = ""
) -> None:
    """`amounts` names the columns of money. Streamlit sets to the right what is a number, so they
    go as numbers and are put into words by the table."""

    def shown(amount: Any) -> str:
        return money.shown(Money(int(amount)), language)

    table = DataFrame(rows).convert_dtypes()  # a column of amounts and None stays one of numbers
    in_words = table.style.format(dict.fromkeys(amounts, shown), na_rep=none)
    st.table(in_words, border="horizontal", hide_index=True)
