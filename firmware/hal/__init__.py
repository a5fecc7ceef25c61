# What a host must give the logic (board.py), and the hosts, each in a file of its own.
