"""What a maker does with a board from a computer. Runs on CPython and is never put on a board."""
