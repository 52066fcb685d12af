"""A seller's offers as a catalogue again, which imports as the very same offers."""
