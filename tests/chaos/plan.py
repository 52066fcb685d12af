"""What a run is told, and the chances it takes: all of them come from the one printed seed."""

import os
import random
import secrets
from dataclasses import dataclass

MINUTES = float(os.environ.get("MINUTES") or 2)
DATABASES = (os.environ.get("DATABASES") or "sqlite postgres").split()
assert {*DATABASES} <= {"sqlite", "postgres"}, f"DATABASES={DATABASES}"
SEED = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))


@dataclass(frozen=True)
class Plan:
    seed: int
    minutes: float
    customers: int = 6

    def chance(self, actor: str) -> random.Random:
        """Each actor has his own: what others do changes nothing in what he would do next."""
        return random.Random(f"{self.seed} {actor}")
