"""Catalogues in: read, checked, applied. Light to import: pandas waits until it is needed."""
