"""A person's hidden focus and stress, what a camera shows of it, and what an edge makes of that.

One way only: ``truth`` -> ``webcam`` -> ``edge``. All of it is a function of the instants and the
streams of chance that are passed in. There is no clock here and no network, and no arithmetic
beyond + - * /, so that every machine finds the same numbers to the last bit.
"""
