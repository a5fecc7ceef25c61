"""Models of a board's own modules and parts, for tests of what touches them."""
