"""The people of the world. They know what a person can know: a screen, a clock, a mood."""
