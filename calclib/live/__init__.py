"""Live figures and cards: the only floor that knows widgets."""

from calclib.live.cards import predict, progress
from calclib.live.figure import Live, explore

__all__ = ["Live", "explore", "predict", "progress"]
