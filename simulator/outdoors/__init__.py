"""The people and pets of a world, in real time, at a server that runs somewhere.

Here: time that passes as fast as the server's, the way to it, and who judges what can be seen from
outside. Not here: people, devices and most judges, who are those of any world.
"""
