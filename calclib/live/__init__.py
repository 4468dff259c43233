"""Live figures and cards: the only floor that knows widgets."""

from calclib.live.cards import predict, progress
from calclib.live.figure import Live, explore
from calclib.live.threads import one_thread
from calclib.live.training import Training

__all__ = ["Live", "Training", "explore", "predict", "progress"]

one_thread()
