"""The warm-up of lesson 00: it teaches how checks answer."""

from calclib.checks import exercise, expect

__all__ = ["average"]

LESSON = "00 Start here"


@exercise
def average(average):
    """You have the mean of a and b: this is how every exercise of the course answers."""
    expect(
        average(3.0, 7.0),
        5.0,
        at="average(3, 7)",
        mistakes={
            "division comes before addition, so a + b / 2 halves b alone: put a + b in brackets.": 6.5,
            "division comes before addition, so a / 2 + b halves a alone: put a + b in brackets.": 8.5,
            "that is the sum; half of it is the average.": 10.0,
            "that is half the difference of the two; the average is half their sum.": 2.0,
        },
    )
    expect(
        average(-1.0, 2.0),
        0.5,
        at="average(-1, 2)",
        mistakes={"the half is dropped: //, int() and round() do that; divide by / 2.": 0.0},
    )
