from bookshop.imports.reading.detect import look_at
from bookshop.imports.reading.xml import elements


def test_what_was_read_is_let_go(tmp_path):
    path = tmp_path / "upload"
    offers = "<offer>\n<name>x</name></offer><junk/>" * 50_000
    path.write_text(f"<yml_catalog><shop>{offers}</shop></yml_catalog>")

    most = 0
    for offer in elements(look_at(path), "offer"):
        parent = offer.getparent()
        assert parent is not None
        most = max(most, parent.index(offer))

    assert 0 < most < 5_000
