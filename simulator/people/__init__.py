"""The people of the world. They know what a person can know: what a screen shows, what time it is."""
