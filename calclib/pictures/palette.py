"""One colour for one meaning, in every notebook; each reads at 4.5 : 1 on white and apart for colour-blind eyes."""

__all__ = ["GRADIENT", "PATH", "QUIET", "TANGENT", "TRUTH"]

TRUTH = "#1f6fb2"  # blue: the function itself, the data, the exact answer
PATH = "#c24e00"  # vermilion: what is tried: a secant, an approximation, the steps of a descent
TANGENT = "#00795a"  # green: the tangent, the derivative
GRADIENT = "#8f3b86"  # purple: the gradient, the direction of change
QUIET = "#767676"  # grey: rulers, guides, what is only there to compare with
