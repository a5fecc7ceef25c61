"""The virtual ESP32: the real firmware logic on a simulated board."""
