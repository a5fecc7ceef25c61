# The device. logic/ is what the pet does, on any host; hal/ is what a host must give it, and the
# hosts.
