"""One ladder, many engines."""
