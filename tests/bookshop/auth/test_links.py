import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from bookshop.auth import links
from bookshop.auth.links import LASTS, ORDER_OF_A_GUEST, PARCEL_OF_A_SELLER

SECRET = "s"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.integers(1, 2**62))
def test_a_link_leads_where_it_was_signed_for(id):
    assert links.read(SECRET, ORDER_OF_A_GUEST, links.signed(SECRET, ORDER_OF_A_GUEST, id)) == id


@given(TEXT)
def test_what_is_made_up_is_forged(token):
    with pytest.raises(links.LinkForged):
        links.read(SECRET, ORDER_OF_A_GUEST, token)


@given(st.data())
def test_one_letter_changed_is_forged(chance):
    token = links.signed(SECRET, ORDER_OF_A_GUEST, 7)
    place = chance.draw(st.integers(0, len(token) - 2))  # the last holds two bits that mean nothing
    other = chance.draw(st.sampled_from("abcXYZ019.-_").filter(lambda sign: sign != token[place]))

    with pytest.raises(links.LinkForged):
        links.read(SECRET, ORDER_OF_A_GUEST, token[:place] + other + token[place + 1 :])


def test_a_link_for_one_purpose_or_of_another_shop_does_not_open_another():
    token = links.signed(SECRET, ORDER_OF_A_GUEST, 7)

    with pytest.raises(links.LinkForged):
        links.read(SECRET, PARCEL_OF_A_SELLER, token)
    with pytest.raises(links.LinkForged):
        links.read("another", ORDER_OF_A_GUEST, token)


@pytest.mark.parametrize("purpose", LASTS)
def test_a_link_lasts_so_long_and_no_longer(monkeypatch, purpose):
    token = links.signed(SECRET, purpose, 7)
    signed_at, lasts = int(time.time()), int(LASTS[purpose].total_seconds())

    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: signed_at + lasts - 5)
    assert links.read(SECRET, purpose, token) == 7

    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: signed_at + lasts + 5)
    with pytest.raises(links.LinkExpired):
        links.read(SECRET, purpose, token)
