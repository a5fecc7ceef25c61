"""Makes a failure small enough to understand, and keeps it for ever."""
