"""Streamlit's uploader speaks English only; a style puts words of ours in the place of its own."""

import json

import streamlit as st

from bookshop.translations import N_, say

_ZONE = "[data-testid=stFileUploaderDropzone]"
_LIMIT = "[data-testid=stFileUploaderDropzoneInstructions]"
WORDS = {
    # where it speaks, and in which element: what it is to say
    (f"{_ZONE} > span button", "p"): N_("Choose a file"),
    (_LIMIT, "div"): N_("or drop it here, %(most)d MB at most"),
    (f"{_ZONE} > div:not([data-testid]):has(> span)", "span"): N_("Drop it here"),
}
# Streamlit marks the file, and says why only to a mouse that rests on it.
_NOT_TAKEN = "[data-testid=stFileUploader]:has([aria-invalid=true])"
WHY_NOT_TAKEN = N_("Not taken: it is larger than %(most)d MB, or was broken off on its way.")


def speak(language: str) -> None:
    """In `language`, every uploader of the page."""
    most = st.get_option("server.maxUploadSize")
    rules = [
        _instead(where, element, say(language, text, most=most))
        for (where, element), text in WORDS.items()
    ]
    rules.append(_below(_NOT_TAKEN, say(language, WHY_NOT_TAKEN, most=most)))
    st.html(f"<style>{''.join(rules)}</style>")


def _instead(where: str, element: str, words: str) -> str:
    """What is not displayed is not read aloud either; what a style says is."""
    said = f"font-size: 0.875rem; content: {_quoted(words)};"
    return f"{where} {element} {{ display: none; }}\n{where}::after {{ {said} }}\n"


def _below(where: str, words: str) -> str:
    return f"{where}::after {{ display: block; color: #c0392b; content: {_quoted(words)}; }}\n"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
