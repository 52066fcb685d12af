"""What a bookshop is. Knows no web, no queue, no index."""
