"""Hashing is slow on purpose; here it need not be."""

import pytest
from argon2 import PasswordHasher

from bookshop.auth import service as auth


@pytest.fixture(autouse=True)
def _weak_passwords(monkeypatch):
    monkeypatch.setattr(auth, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
