"""The policy lab: the same people live the same days under two rules, and the difference is told.

Whether a threshold is good is not a matter of taste: the students of a simulated world have a
stress and a focus that are known, and under the same seed they differ in nothing but the rules.
"""
