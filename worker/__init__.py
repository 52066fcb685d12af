"""Carries messages to their handlers: reserves stock, talks to billing, writes letters."""
