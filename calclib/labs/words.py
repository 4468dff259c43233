"""The words and numbers in which the figures of lessons 02 to 04 tell what they show."""

from calclib.live.controls import number

__all__ = ["START", "counted", "number", "pair"]

START = {"x": "start x", "y": "start y"}  # the labels of a start put down by hand


def pair(p, form=None):
    """A point, or with form=".3g" a gradient, as people write it."""
    return f"({', '.join(number(v, form or ('.2f' if abs(v) < 1e5 else '.3g')) for v in p)})"


def counted(steps):
    return f"{steps} step" if steps == 1 else f"{steps} steps"
