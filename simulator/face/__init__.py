"""A face whose pulse is known: video made on the fly, for whoever has no camera or wants the truth.

Here: the pictures. Not here: what is read from them, which is on trial.
"""
