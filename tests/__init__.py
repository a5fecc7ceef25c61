"""Tests mirror the tree; what belongs to no one room has a folder of its own."""
