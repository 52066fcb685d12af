"""Letters: which event owes one, to whom, and in what words."""
