"""The kinds of slides, one a file; each has `add`, which puts one slide or several into a deck, or none."""
