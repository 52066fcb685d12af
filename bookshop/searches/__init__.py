"""What customers look for, and what of it the shop does not have."""
