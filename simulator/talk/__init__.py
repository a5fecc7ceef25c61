"""What is said to a pet, and how its server's language, voice and hearing play their parts."""
