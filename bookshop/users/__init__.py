"""People: customers, sellers with their shops, operators."""
