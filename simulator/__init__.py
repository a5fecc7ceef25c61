"""The simulated world in front of petcore: it owns time and judges what happened."""
