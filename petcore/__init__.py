"""petcore: the reference server of a desktop companion and its neighbours."""
