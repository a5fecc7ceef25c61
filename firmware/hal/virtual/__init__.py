# A host in virtual time, and the lives of a pet in it. Runs alike on MicroPython and on CPython: an
# hour passes in a moment, and the same script leaves the same trace on both. None of it goes onto
# a board.
