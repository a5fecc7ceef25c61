"""What goes wrong in a world, as one frozen value, and its presets.

The faults of a room stand in that room; here they are put together.
"""
