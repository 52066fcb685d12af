"""What is done again and again."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from bookshop.audit import keeping as audits
from bookshop.audit.outside import SILENT
from bookshop.database import now
from bookshop.imports import history
from bookshop.imports import service as imports
from bookshop.imports.models import Import
from bookshop.imports.uploads import keep
from bookshop.searches import service as searches
from bookshop.searches.service import Searched
from bookshop.users.models import Role
from tests.shop import Shop
from worker import schedule


def test_uploaded_files_go_after_ninety_days_and_their_history_stays(tmp_path):
    shop = Shop(tmp_path)
    emma = shop.has("emma", Role.SELLER)
    old, young = (
        shop.does(imports.note, emma, name, keep(io.BytesIO(b"x"), shop.settings.uploads))
        for name in ("old.csv", "young.csv")
    )
    with shop.database.transaction() as session:
        session.get_one(Import, old.id).uploaded_at = now() - timedelta(days=91)

    schedule.tidy(shop.tools)
    schedule.tidy(shop.tools)

    assert [file.name for file in shop.settings.uploads.iterdir()] == [young.path]
    with shop.database.reading() as session:
        assert len(history.of_seller(session, emma).imports) == 2


def test_one_deadline_that_cannot_be_kept_does_not_stop_the_others(tmp_path, monkeypatch):
    shop = Shop(tmp_path)
    kept = []

    def deed(session, id, moment):
        if id == 1:
            raise RuntimeError("cannot")
        kept.append(id)

    monkeypatch.setattr(schedule.deadlines, "overdue", lambda *_: [(deed, 1), (deed, 2)])

    with pytest.raises(ExceptionGroup) as told:
        schedule.keep_deadlines(shop.tools)

    assert len(told.value.exceptions) == 1
    assert kept == [2]


def test_searches_are_forgotten_after_ninety_days(tmp_path):
    shop = Shop(tmp_path)
    at = {days: now() - timedelta(days=days) for days in (89, 91)}
    kept = [Searched(f"{days} days ago", 0, 1.0, at=moment) for days, moment in at.items()]
    shop.does(searches.keep, kept)

    schedule.tidy(shop.tools)

    with shop.database.reading() as session:
        told = searches.overview(session, at[91] - timedelta(days=1), limit=10)
    assert [one.words for one in told.not_found] == ["89 days ago"]


def test_the_audit_is_kept_and_not_repeated_at_once(tmp_path):
    shop = Shop(tmp_path)
    schedule.audit_the_shop(shop.tools)
    schedule.audit_the_shop(shop.tools)

    with shop.database.transaction() as session:
        [kept] = session.scalars(select(audits.Audit))
        assert (kept.holds, len(kept.verdicts)) == (True, 7)
        kept.at -= timedelta(hours=1)
    shop.billing.down = True
    schedule.audit_the_shop(shop.tools)

    with shop.database.reading() as session:
        newest = audits.newest(session)
        assert not newest.holds
        assert newest.verdicts[3]["offenders"] == [f"{SILENT}: the line is dead"]
        assert audits.last_that_held(session) == kept.at
