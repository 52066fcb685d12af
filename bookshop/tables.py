"""Every table of the bookshop, for whoever must know them all: migrations and tests."""

from bookshop import outbox, repeats
from bookshop.audit import keeping as audits
from bookshop.auth import models as auth
from bookshop.basket import models as basket
from bookshop.books import models as books
from bookshop.database import Base
from bookshop.imports import models as imports
from bookshop.notifications import models as notifications
from bookshop.orders import models as orders
from bookshop.payments import models as payments
from bookshop.searches import models as searches
from bookshop.stock import models as stock
from bookshop.users import models as users

KEPT_IN = (
    audits, auth, basket, books, imports, notifications, orders, outbox, payments, repeats,
    searches, stock, users,
)  # fmt: skip
TABLES = Base.metadata.tables
