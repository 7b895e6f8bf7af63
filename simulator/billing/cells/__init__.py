"""Cells of a billing file: how text becomes amounts, dates, intervals and currencies; never guessed."""
