"""One profile for every property test: the same examples on every machine, and no clock."""

from hypothesis import settings

settings.register_profile("course", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("course")
