"""The words and numbers in which the figures of lessons 03 and 04 tell what they show."""

__all__ = ["START", "counted", "number", "pair"]

START = {"x": "start x", "y": "start y"}  # the labels of a start put down by hand


def number(value, form=".3g"):
    """A number as people write it."""
    text = f"{value:{form}}".replace("-", "−")
    return "0" if text.strip("−0.") == "" else text


def pair(p):
    return f"({number(p[0], '.2f')}, {number(p[1], '.2f')})"


def counted(steps):
    return f"{steps} step" if steps == 1 else f"{steps} steps"
