"""Elements built from texts, for the formats that are XML."""

from lxml import etree

from bookshop.imports.reading.xml import fit

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def put(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, {name: fit(told) for name, told in attributes.items()})
    child.text = fit(text) or None
    return child


def put_if_said(parent: etree._Element, tag: str, text: str) -> None:
    if text:
        put(parent, tag, text)


def as_bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="utf-8") + b"\n"
