"""Copies: what sellers have, what is promised to orders."""
