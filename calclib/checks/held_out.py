"""What a validation part decides in lesson 07, λ and when to stop, and what known mistakes would decide."""

import numpy as np

from calclib.checks.compare import NotYet, show
from calclib.checks.penalties import closed_form

__all__ = ["choices", "same_epochs", "stopped", "stops"]

# --- λ


def overfitted(seed, scale):
    """A training part of 12 rows with 10 columns, and a validation part from the same law."""
    rng = np.random.default_rng(seed)
    X, true = rng.normal(size=(40, 10)), np.append([2.0, -1.0], np.zeros(8))
    y = scale + X @ true + 1.5 * rng.normal(size=40)
    return (X[:12], y[:12]), (X[12:], y[12:])


def mean_error(fit, part):
    X, y = part
    return float(np.mean((X @ fit[:-1] + fit[-1] - y) ** 2))


def choices(pick_lambda):
    """Four pairs of parts, where the mistakes lead apart."""
    lams = np.array([0.001, 0.01, 0.1, 0.5, 2.0, 10.0])
    up, down, mixed = [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 5, 1, 3, 0, 4]
    for seed, order in ((272, up), (430, down), (453, up), (408, mixed)):
        row, (train, validation) = lams[order], overfitted(seed, 3.0)
        at = f"pick_lambda({row.tolist()}, train, validation)"
        got = pick_lambda(row, train, validation)
        if got is None:
            raise NotYet(
                "pick_lambda returns None: is a `return` missing, or is no error below the one you begin with?"
            )
        right, mistakes = chosen(row, train, validation)
        yield got, right, at, mistakes


def chosen(row, train, validation):
    """(the right λ, {sentence: the answer that the mistake gives})."""
    both = [np.concatenate(parts) for parts in zip(train, validation, strict=True)]
    fits, pooled, swapped = ([closed_form(*part, lam) for lam in row] for part in (train, both, validation))
    held, own = (np.array([mean_error(fit, part) for fit in fits]) for part in (validation, train))
    X, y = validation
    price = row * [fit[:-1] @ fit[:-1] for fit in fits]

    spreads = [np.var(X @ fit[:-1] + fit[-1] - y) for fit in fits]
    rise = np.append(np.flatnonzero(np.diff(held) > 0), len(row) - 1)[0]

    def lowest(errors):
        return float(row[np.argmin(errors)])

    return lowest(held), {
        "it is chosen where it was fitted: training error is lowest at the smallest λ.": lowest(own),
        "this is the place of λ in the row, not λ itself.": int(held.argmin()),
        "this is the place of λ in the row, and chosen on the training error.": int(own.argmin()),
        "this is the validation error itself, not the λ that gives it.": float(held.min()),
        "λ alone is asked for, without its error.": (lowest(held), float(held.min())),
        "the parts are swapped: fit on train, judge on validation.": lowest([mean_error(f, train) for f in swapped]),
        "this is the λ with the highest validation error.": float(row[held.argmax()]),
        "training error is counted as well; judge on the validation part alone.": lowest(held + own),
        "the penalty is counted as well; what is judged is the error alone.": lowest(held + price),
        "this is where the two errors are closest; the lowest validation error is asked for.": lowest(abs(held - own)),
        "b is missing in what is judged: Xw + b − y.": lowest([np.mean((X @ fit[:-1] - y) ** 2) for fit in fits]),
        "the fit has seen the validation part: fit on train alone.": lowest(
            [mean_error(f, validation) for f in pooled]
        ),
        "this stops where the error first rises; a later λ may be lower still: try them all.": float(row[rise]),
        "np.var() takes the mean error away; it is the mean of the squares that counts.": lowest(spreads),
        "always the largest λ?": float(row.max()),
        "always the first λ?": float(row[0]),
        "this is the last λ: is the lowest error so far kept beside the best λ?": float(row[-1]),
    }


# --- when to stop

NEVER = 1_000  # stands for None
HISTORIES = (
    ([3.0, 2.0, 1.5, 1.6, 1.7, 1.8, 1.9, 0.5], 3),
    ([3.0, 2.0, 2.5, 2.4, 2.3, 1.0], 3),
    ([4.0, 3.0, 2.0, 1.0], 2),
    ([2.0, 1.0, 1.0, 1.0, 1.0], 2),
    ([5.0, 4.0, 4.5, 4.6, 3.5, 3.8, 3.9, 4.0, 4.1], 3),
    ([3.0, 1.0, 2.0], 3),
)


def stopped(losses, patience):
    """(best, stop) by looking at every epoch's past anew."""
    for t in range(len(losses)):
        best = min(range(t + 1), key=lambda k: (losses[k], k))
        if t - best >= patience:
            return best, t
    return min(range(len(losses)), key=lambda k: (losses[k], k)), None


def stops(early_stop):
    """Each history with what is right, and what the known mistakes say."""
    for losses, patience in HISTORIES:
        at = f"early_stop({losses}, {patience})"
        given = early_stop(list(losses), patience)
        try:
            best, stop = given
        except (TypeError, ValueError):
            raise NotYet(f"{at} is {show(given)}, where a pair should be: (best, stop).") from None
        got = epoch(best, at), epoch(stop, at)
        yield (
            as_numbers(got),
            as_numbers(stopped(losses, patience)),
            at,
            {word: as_numbers(wrong) for word, wrong in slips(losses, patience).items()},
        )


def epoch(value, at):
    """An epoch as an int, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise NotYet(f"{at} has {show(value)} in it, where the number of an epoch should be, or None.")
    return int(value)


def as_numbers(pair):
    """(best, stop) to compare, with a number for None."""
    return tuple(NEVER if value is None else value for value in pair)


def same_epochs(got, wanted, at, mistakes):
    """NotYet unless both epochs are the same, told with None in its place."""
    told, right = (tuple(None if value == NEVER else value for value in pair) for pair in (got, wanted))
    if told != right:
        known = [sentence for sentence, wrong in mistakes.items() if wrong != wanted]
        raise NotYet(f"{at} should be {right}, and {told} came{f': {known[0]}' if known else '.'}")


def slips(losses, patience):
    """{sentence: the answer that the mistake gives}."""
    best, stop = stopped(losses, patience)
    last, overall = len(losses) - 1, int(np.argmin(losses))
    beyond = overall + patience
    return {
        "epochs count from 0.": (best + 1, None if stop is None else stop + 1),
        "the best epoch is the one before patience began, not the one at which you stop.": (
            best if stop is None else stop,
            stop,
        ),
        "swapped: the best epoch comes first, then the one at which you stop.": (stop, best),
        "swapped where it stops: the best epoch comes first.": (stop or best, stop and best),
        "the rule looked ahead: when it stops, it cannot know what comes after.": (overall, stop),
        "the rule looked ahead: it goes for the lowest loss of all and never stops.": (overall, None),
        "the rule looked ahead: it goes for the lowest loss of all, and stops after that.": (
            overall,
            beyond if beyond <= last else None,
        ),
        "the rule looked ahead, and may stop at an epoch that never was.": (overall, beyond),
        "it never tells where it stops.": (best, None),
        "where it never stops, the best epoch is still the one with the lowest loss, not the last.": (
            last if stop is None else best,
            stop,
        ),
        "where patience never ends there is no stop: return None.": (best, last if stop is None else stop),
        "where patience never ends there is no stop: return None, not −1.": (best, -1 if stop is None else stop),
        "where patience never ends there is no stop: return None, not how many there are.": (
            best,
            last + 1 if stop is None else stop,
        ),
        "it stops one epoch late: stop `patience` epochs after the best.": stopped(losses, patience + 1),
        "it stops one epoch early: stop `patience` epochs after the best.": stopped(losses, patience - 1),
        "it stops at the first rise; patience waits a while.": stopped(losses, 1),
    } | {sentence: rule(losses, patience) for sentence, rule in RULES.items()}


def walked(losses, patience, better, waited=lambda t, best, losses: t - best):
    """Through the epochs in turn: `better` says which is a new best, `waited` how long ago it was."""
    best = 0
    for t in range(1, len(losses)):
        if better(t, best, losses):
            best = t
        elif waited(t, best, losses) >= patience:
            return best, t
    return best, None


def lower(t, best, losses):
    return losses[t] < losses[best]


def rises(t, best, losses):
    """How many epochs in a row, up to t, each had a higher loss than the one before it."""
    return next((k for k in range(t) if losses[t - k] <= losses[t - k - 1]), t)


def first_rise(losses, patience):
    """The epoch before the first rise, and the one of the rise."""
    t = next((t for t in range(1, len(losses)) if losses[t] > losses[t - 1]), None)
    return (len(losses) - 1, None) if t is None else (t - 1, t)


RULES = {
    "it counts epochs that are worse than the one before; count those since the best.": (
        lambda losses, patience: walked(losses, patience, lower, rises)
    ),
    "a fall begins the count anew; only a new best may.": (
        lambda losses, patience: walked(losses, patience, lambda t, best, losses: losses[t] < losses[t - 1])
    ),
    "a loss that is only equal is no gain.": (
        lambda losses, patience: walked(losses, patience, lambda t, best, losses: losses[t] <= losses[best])
    ),
    "patience begins anew at each new best: put the count back to 0.": lambda losses, patience: walked(
        losses,
        patience,
        lower,
        lambda t, best, losses: sum(loss >= min(losses[:k]) for k, loss in enumerate(losses[: t + 1]) if k),
    ),
    "patience counts from the best epoch, not from the start.": (
        lambda losses, patience: walked(losses, patience, lower, lambda t, best, losses: t)
    ),
    "it stops at the first rise: patience waits for some epochs more.": first_rise,
}
