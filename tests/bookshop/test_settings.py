import stat
from decimal import Decimal

import pytest

from bookshop.settings import BadSetting, from_environment

SECRETS = {"BOOKSHOP_SECRET_KEY": "a", "BOOKSHOP_BILLING_SECRET": "b"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKSHOP_ENV", "staging"),
        ("BOOKSHOP_PORT", "0"),
        ("BOOKSHOP_PORT", "65531"),  # its last neighbour would be 65536
        ("BOOKSHOP_PORT", "８０００"),
        ("BOOKSHOP_PORT", "9" * 5000),
        ("BOOKSHOP_DATABASE_URL", "mysql://localhost/shop"),
        ("BOOKSHOP_DATABASE_URL", "postgresql"),
        ("BOOKSHOP_DATABASE_URL", "postgresql://host:port/shop"),
        ("BOOKSHOP_DATABASE_URL", "sqlite://"),  # in memory: each process would have its own
        ("BOOKSHOP_REDIS_URL", "localhost:6379"),
        ("BOOKSHOP_SEARCH", "google"),
        ("BOOKSHOP_BILLING_URL", "billing.example"),
        ("BOOKSHOP_BILLING_URL", "http://"),
        ("BOOKSHOP_BILLING_URL", "http://[::1"),
        ("BOOKSHOP_BILLING_URL", "http://billing.example:99999"),
        ("BOOKSHOP_SMTP_URL", "http://mail.example"),
        ("BOOKSHOP_PUBLIC_URL", "ftp://shop.example"),
        ("BOOKSHOP_DASHBOARD_URL", "/dashboard"),
        ("BOOKSHOP_COMMISSION_PERCENT", "-1"),
        ("BOOKSHOP_COMMISSION_PERCENT", "100.01"),
        ("BOOKSHOP_COMMISSION_PERCENT", "ten"),
        ("BOOKSHOP_COMMISSION_PERCENT", "NaN"),
        ("BOOKSHOP_COMMISSION_PERCENT", "10.125"),  # an order keeps two digits
        ("BOOKSHOP_RESERVATION_MINUTES", "0"),
        ("BOOKSHOP_RESERVATION_MINUTES", "1.5"),
        ("BOOKSHOP_RATE_LIMITS", "yes"),
        ("BOOKSHOP_SAMPLE", "1"),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start_with_one_line_that_names_it(
    tmp_path, name, value
):
    with pytest.raises(BadSetting) as stopped:
        from_environment({"BOOKSHOP_VAR": str(tmp_path), name: value})

    line = str(stopped.value)
    assert line.startswith(f"{name}=")
    assert "\n" not in line


def test_a_folder_that_is_a_file_stops_it_too(tmp_path):
    file = tmp_path / "var"
    file.write_text("")

    with pytest.raises(BadSetting, match="BOOKSHOP_VAR="):
        from_environment({"BOOKSHOP_VAR": str(file)})


@pytest.mark.parametrize("missing", SECRETS)
def test_production_needs_secrets_of_its_own(tmp_path, missing):
    environ = {"BOOKSHOP_VAR": str(tmp_path), "BOOKSHOP_ENV": "production"} | SECRETS
    assert from_environment(environ).production

    with pytest.raises(BadSetting, match=f"{missing} is not set"):
        from_environment(environ | {missing: ""})
    assert list(tmp_path.iterdir()) == []


def test_elsewhere_a_secret_is_made_once_for_all_processes_and_nobody_else_reads_it(tmp_path):
    environ = {"BOOKSHOP_VAR": str(tmp_path / "new")}

    first, second = from_environment(environ), from_environment(environ)

    assert first == second
    assert first.secret_key != first.billing_secret
    file = tmp_path / "new" / "secret_key"
    assert file.read_text() == first.secret_key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_everything_follows_from_the_folder_and_the_port(tmp_path):
    settings = from_environment({"BOOKSHOP_VAR": str(tmp_path), "BOOKSHOP_PORT": "9000"})

    assert settings.database_url == f"sqlite:///{tmp_path}/bookshop.sqlite"
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.dashboard_url == "http://127.0.0.1:9001"
    assert settings.billing_url == "http://127.0.0.1:9002"
    assert settings.mailbox_url == "http://127.0.0.1:9003"
    assert settings.smtp_url == "smtp://127.0.0.1:9004"
    assert settings.redis_url == "redis://127.0.0.1:9005/0"


def test_a_blank_value_is_as_good_as_none(tmp_path):
    environ = {"BOOKSHOP_VAR": str(tmp_path)} | SECRETS

    assert from_environment(environ | {"BOOKSHOP_PORT": ""}) == from_environment(environ)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_is_understood(tmp_path, scheme):
    environ = {
        "BOOKSHOP_VAR": str(tmp_path),
        "BOOKSHOP_DATABASE_URL": f"{scheme}://shop:pw@db:5432/shop",
    }

    assert from_environment(environ).database_url == "postgresql+psycopg://shop:pw@db:5432/shop"


def test_a_commission_may_have_two_digits_after_the_point(tmp_path):
    environ = {"BOOKSHOP_VAR": str(tmp_path), "BOOKSHOP_COMMISSION_PERCENT": "12.50"}

    assert from_environment(environ).commission_percent == Decimal("12.5")
