"""A scenario compiled to flat tables, one per epoch: the only thing the engines read."""
