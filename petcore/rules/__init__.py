"""The rules: values in, decision out.

Nothing here waits, reads a clock, looks up a zone, draws chance or makes an id; all of these come
in as arguments. The same input gives the same output on every machine. A rule knows errors, and
nothing else of petcore.
"""
