"""What all tests share."""

from hypothesis import settings

# The same examples on every machine and every day; `task torture` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
