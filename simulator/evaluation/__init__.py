"""How good are the server's scores, and the prompts that follow? Measured, not believed.

People whose focus and stress are known sit in front of simulated cameras (``plan``, ``living``).
The production server gets the camera's metrics alone, over its API, and says what it makes of them.
Then the minutes that were kept (``record``) are compared with the truth (``scores``, ``breaks``),
beside rules that know less (``policies``). Nothing here asks a rule of petcore: who judges has a
reading of his own.
"""
