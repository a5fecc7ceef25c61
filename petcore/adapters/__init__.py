"""Every real thing beside its twin, ``<port>_<technology>.py``; one SDK, one file."""
