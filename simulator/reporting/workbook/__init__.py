"""The workbook: an Excel file of a result or a study whose ratios and totals are formulas that can be followed."""
