"""Real billing exports in: readers, what could not be used, and the history that accounting reads."""
