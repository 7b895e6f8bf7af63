"""Studies: questions answered by running scenarios."""
