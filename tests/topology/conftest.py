"""Production, started once for all its stories, on a PostgreSQL and behind an nginx."""

from collections.abc import Iterator
from typing import TypeVar

import pytest
from sqlalchemy import create_engine, text

from tests.postgres.server import postgres
from tests.topology import nginx
from tests.topology.compose import ROOT
from tests.topology.here import replicas_have_room
from tests.topology.people import PASSWORD, Seller, Visitor
from tests.topology.production import Production, production
from tests.topology.running import Running
from tests.waiting import until

CATALOGUES = ROOT / "data" / "sample_catalogue"
Who = TypeVar("Who", bound=Visitor)


@pytest.fixture(scope="package")
def empty_database() -> Iterator[str]:
    """The address of a schema of our own."""
    schema = "bookshop_topology"
    with postgres() as url:
        engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        own = engine.url.set(drivername="postgresql")
        own = own.update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@pytest.fixture(scope="package")
def shop(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    if nginx.PROGRAM is None:
        pytest.skip("nginx is not installed here: apt-get install nginx")
    if not replicas_have_room():
        pytest.skip("127.0.0.2, the second replica's address, is not this machine")
    with production(tmp_path_factory.mktemp("production"), empty_database) as running:
        yield running
        verdict = running.manage("audit", "--json")
        assert verdict.returncode == 0, verdict.stdout


@pytest.fixture(autouse=True)
def webshops(shop: Production) -> list[Running]:
    """Both, whatever happened to them in an earlier story."""
    both = shop.replicas("webshop")
    for webshop in both:
        if webshop.has_ended():
            webshop.start()
            shop.wait_until_well(webshop)
    return both


@pytest.fixture(scope="package")
def english(shop: Production) -> Seller:
    return opened(shop, "english", "english_books.csv")


@pytest.fixture(scope="package")
def secondhand(shop: Production) -> Seller:
    return opened(shop, "secondhand", "second_hand_semicolon.csv")


@pytest.fixture(scope="package")
def operator(shop: Production) -> Visitor:
    return known(shop, Visitor(shop.url, "operator"), "--role", "operator")


def opened(shop: Production, name: str, catalogue: str) -> Seller:
    """With all his books on sale, and to be found."""
    seller = known(shop, Seller(shop.url, name), "--role", "seller", "--shop", name)
    upload = seller.uploads(catalogue, [(CATALOGUES / catalogue).read_bytes()])
    told = seller.waits_for(upload)
    assert told["new"] == told["rows"] > 200
    until(lambda: seller.asks("GET", "/books", params={"seller": name})["total"] == told["new"])
    return seller


def known(shop: Production, who: Who, *more: str) -> Who:
    """To the shop, and signed in."""
    told = {"--login": who.name, "--password": PASSWORD, "--email": who.reached_at["email"]}
    added = shop.manage("user", "add", *(word for pair in told.items() for word in pair), *more)
    assert added.returncode == 0, added.stderr
    who.signs_in()
    return who
