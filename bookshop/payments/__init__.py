"""Money: taken, held, given back, paid out, and written down."""
