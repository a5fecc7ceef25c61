# What the pet does. Imports nothing but itself; time, chance, the network and the screen come in as
# a hal.
