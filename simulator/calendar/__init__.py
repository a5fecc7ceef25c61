"""A student's own calendar, an iCalendar file, as the timetable of a scenario.

Here: reading the file, what its events mean, and the timetable that comes of them. Not here: how a
student lives by a timetable (``simulator.people``).
"""
