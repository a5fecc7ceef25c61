"""Upkeep of a whole store: copy, check, erase, export.

Everything here takes the store and its collections as arguments, tells what it does as values for
others to show, and prints nothing. It works on any store, and beside a running server; most of
what a server changes meanwhile is told, but certain is only what is done while none runs.
"""
