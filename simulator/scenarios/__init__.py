"""Stories: TOML files that say what a world is like, and how they are read."""
