"""What can go wrong, in words a customer understands.

The domain says what went wrong (a text and its parameters); each front door puts it into the
reader's language and decides how to show it. There are four kinds, and doors know only those.
"""

import re
from typing import ClassVar

from bookshop.translations import N_, say


class ShopError(Exception):
    """Its text may be shown to the customer as it stands."""

    text: ClassVar[str] = N_("Something went wrong.")

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        """`field` is the name of what was entered wrong, so that a form can say it there."""
        self.field = field
        self.params = params
        super().__init__(self.text % params if params else self.text)

    @property
    def code(self) -> str:
        """A name for programs: NotEnoughCopies is not_enough_copies."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def told_in(self, language: str) -> str:
        return say(language, self.text, **self.params)


class NotFound(ShopError):
    """There is no such thing, or it is not yours to see."""

    text = N_("There is nothing here.")


class NotAllowed(ShopError):
    """You may not do this."""

    text = N_("You may not do this.")


class Conflict(ShopError):
    """It was possible a moment ago, and no longer is."""

    text = N_("This is no longer possible.")


class Invalid(ShopError):
    """Please correct what you entered."""

    text = N_("Please correct what you entered.")
