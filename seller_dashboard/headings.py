"""Headings without Streamlit's link to themselves: a needless stop for the keyboard, in English."""

import streamlit as st


def title(text: str) -> None:
    st.title(text, anchor=False)


def section(text: str) -> None:
    st.subheader(text, anchor=False)
