"""Upkeep of a whole store: copy, check, erase, export.

Everything here takes the store and its collections as arguments, tells what it does as values for
others to show, and prints nothing. It works on any store, and beside a running server; what a
server changes meanwhile is told where it matters.
"""
