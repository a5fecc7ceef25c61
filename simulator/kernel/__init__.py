"""The one owner of time, of chance, and of the record of what happened."""
