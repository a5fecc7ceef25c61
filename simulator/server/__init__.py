"""The house of the production server: its workers, its disk, its clock, and how they fail."""
