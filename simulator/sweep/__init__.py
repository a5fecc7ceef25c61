"""Many worlds at once: which, on what machines, and what they come to together."""
