"""How results are shown: figures, words in two languages, number formats, the terminal table.

Reads a result, never runs anything and never computes a metric: it selects cells, sums movement
cells and writes them down so that rounded figures do not contradict their total.
"""
