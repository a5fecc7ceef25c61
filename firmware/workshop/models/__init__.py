"""What an ESP32 has beyond a computer, modelled for the pretend board. MicroPython runs these files
in the place of the chip's own modules, each by itself; CPython never does.

What happens to them is kept in the folder ``/body`` of the VM: ``panel`` is what the panel shows,
``held`` are the numbers of the pins that a finger holds to ground.
"""
