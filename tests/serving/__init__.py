"""The command ``petcore serve`` as whoever starts it sees it: a process of its own."""
