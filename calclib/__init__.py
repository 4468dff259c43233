"""calclib: the mathematics of the course, on NumPy alone, written to be read beside the formulas.

Floors, and imports only run down: mathematics (this page)
← `calclib.pictures` ← `calclib.live` ← `calclib.labs`.
"""
