"""What sensors would measure of a person."""
