"""The conformance kit: a scripted server walks any device through a story and judges it."""
