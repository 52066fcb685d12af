"""Orders and their parcels, from the basket to the seller's money."""
