"""Catalogues in: files are read, checked and applied. Light to import: pandas waits until needed."""
