"""Everything the shop keeps about one person: handed out, or deleted."""
