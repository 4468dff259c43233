"""Live figures and cards: the only floor that knows widgets."""

from calclib.live.figure import Live, explore
from calclib.live.overview import predictions, progress
from calclib.live.prediction import predict
from calclib.live.threads import one_thread
from calclib.live.training import Training

__all__ = ["Live", "Training", "explore", "predict", "predictions", "progress"]

one_thread()
