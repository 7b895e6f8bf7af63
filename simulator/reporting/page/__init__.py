"""The page: one HTML file that shows a result or a study, opened without a network."""
