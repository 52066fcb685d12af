"""Stands in for the external billing company: own process, own database, REST and a page."""
