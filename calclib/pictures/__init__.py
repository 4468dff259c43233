"""The pictures of the course: Matplotlib in plain functions, no widget code."""

from pathlib import Path

from matplotlib import style

# For good and not only within a block: rcParams are one for all threads, and a learner's own plots should match.
style.use(Path(__file__).with_name("calclib.mplstyle"))
