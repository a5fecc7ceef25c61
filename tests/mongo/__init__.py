"""A MongoDB for tests: a real one if there is one, else a stand-in over the same wire protocol."""
