"""The checks of lesson 07: slopes that must vanish, counting, and other algebra than the lesson's decide.

The cases that part right from wrong, and what each known mistake makes of them, stand in modules of their own.
"""

from calclib import gradients, layers, regularization
from calclib.checks import dropping, exercise, held_out, penalties, thresholds
from calclib.checks.cases import judged

__all__ = [
    "dropout",
    "early_stop",
    "penalised_gradient",
    "pick_lambda",
    "proximal_step",
    "ridge_by_descent",
    "ridge_by_hand",
    "soft_threshold",
]

LESSON = "07 Regularization: what the loss does not say"
MEASURED = gradients.gradient, gradients.jacobian
FITTED = regularization.ridge, regularization.lasso
STEPPED = regularization.ista, regularization.fista


@exercise(without=MEASURED)
def penalised_gradient(penalised_gradient):
    """The gradient of mean squared error plus λΣw²: the penalty adds 2λw to the weights, and nothing to the bias."""
    judged(penalties.gradients(penalised_gradient))


@exercise(without=FITTED)
def ridge_by_hand(ridge_by_hand):
    """w = (XᵀX + nλI)⁻¹Xᵀy on centred data, and b = ȳ − x̄·w: the bias bears no penalty."""
    judged(penalties.solutions(ridge_by_hand), tol=1e-8)


@exercise(without=FITTED)
def ridge_by_descent(ridge_by_descent):
    """Descent on the penalised loss, from zero: right step by step, and in the end the closed form to 1e-8."""
    judged(penalties.descents(ridge_by_descent), tol=1e-8)


@exercise(without=(regularization.soft_threshold, *STEPPED))
def soft_threshold(soft_threshold):
    """Whatever is within λ of 0 is exactly 0; the rest comes nearer by λ, and no sign is turned."""
    judged(thresholds.softened(soft_threshold), thresholds.with_zeros)


@exercise(without=STEPPED)
def proximal_step(proximal_step):
    """First the step down the loss, then the soft threshold at αλ: weights that do not pay are exactly 0."""
    judged(thresholds.stepped(proximal_step), thresholds.with_zeros)


@exercise
def pick_lambda(pick_lambda: None):
    """The λ with the lowest error on the validation part, for fits of the training part alone."""
    judged(held_out.choices(pick_lambda), tol=1e-9)


@exercise(without=(layers.dropout_mask,))
def dropout(dropout):
    """In training each output is 0 with probability p, else divided by 1 − p; at test all are on, as they are."""
    dropping.tried(dropout)


@exercise(without=(regularization.early_stopping,))
def early_stop(early_stop):
    """Stop once no epoch has been the best for as long as your patience, and keep the best one, not the last."""
    judged(held_out.stops(early_stop), held_out.same_epochs)
