"""Training under a handicap: units that drop out, runs that stop early, and what both did on several seeds."""

import numpy as np

from calclib.layers import dropout_mask
from calclib.live import explore
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, tag, window
from calclib.regularization import early_stopping
from calclib.validate import finite_array, function

__all__ = ["RULES", "masks", "seeds", "stopping"]

SHOWN = 8  # passes that are drawn one by one


def inverted(h, p, rng, train):
    """What a layer hands on under inverted dropout."""
    return h * dropout_mask(h.shape, p, rng) if train else h


def scale_forgotten(h, p, rng, train):
    """The same without the scale: the mean falls to (1 − p) of what is handed on at test."""
    return h * (rng.random(h.shape) >= p) if train else h


def left_on(h, p, rng, train):
    """Inverted dropout that does not ask whether this is a test."""
    return inverted(h, p, rng, True)


RULES = {"inverted": inverted, "scale forgotten": scale_forgotten, "left on at test": left_on}


def masks(h=None, rules=None, *, p=0.5, passes=100):
    """One layer's outputs under many masks, and their mean beside what is handed on at test. Controls: p, passes, rule.

    rules: {name: dropout(h, p, rng, train)}; h: the outputs of the units, a row of positive numbers.
    """
    h = np.linspace(0.1, 2.4, 24) if h is None else finite_array("h", h, 1)
    rules = RULES if rules is None else rules
    first = next(iter(rules.values()))
    top, units = 1.4 * h.max(), len(h)

    def scene(axes):
        left, right = axes
        left.get_gridspec().set_width_ratios([3, 2])
        left.set(xlim=(-0.7, units - 0.3), ylim=(SHOWN - 0.4, -0.6), yticks=range(SHOWN), xlabel="unit", ylabel="pass")
        left.grid(False)
        right.plot([0, top], [0, top], "--", color=QUIET, linewidth=1)
        right.set(xlim=(0, top), ylim=(0, top), aspect=1, xlabel="handed on at test", ylabel="mean in training")

    def marks(axes, p=p, passes=passes, rule=first):
        left, right = axes
        rng = np.random.default_rng(0)
        many = asked(rule, np.tile(h, (passes, 1)), p, rng, True)
        at_test, *again = asked(rule, np.tile(h, (20, 1)), p, rng, False)
        seen = many[:SHOWN]
        heights = np.minimum(seen / (2.1 * h.max()), 1) * 0.85
        unit, foot = np.meshgrid(np.arange(units), np.arange(len(seen)) + 0.4)
        bars = np.stack([foot, foot - heights, np.full(foot.shape, np.nan)], axis=-1)
        left.plot(np.repeat(unit, 3), bars.ravel(), color=TRUTH, linewidth=5, solid_capstyle="butt")
        off = seen == 0
        left.plot(unit[off], foot[off] - 0.15, "x", color=QUIET, markersize=4, linewidth=0)
        mean = many.mean(axis=0)
        right.plot(at_test, np.minimum(mean, top), "o", color=PATH, markersize=5)
        if (again != at_test).any():
            return f"p = {p:.2f}: two passes at test give two different answers: dropout is left on."
        if not at_test.sum():
            return f"p = {p:.2f}: at test nothing is handed on."
        ratio = mean.sum() / at_test.sum()
        return (
            f"p = {p:.2f}: in the first pass {np.count_nonzero(off[0])} of {units} units are off, the last unit "
            f"hands on {last(seen[:, -1])} in place of {h[-1]:.2f}. Mean of {passes} pass"
            f"{'es' * (passes > 1)} in training: {ratio:.2f} times what is handed on at test."
        )

    alt = (
        "Left: the outputs of a row of units in eight passes, as bars, a cross where a unit is off. "
        "Right: each unit's mean over all passes against what it hands on at test, beside the dashed line of equality."
    )
    labels = {"p": "p", "passes": "passes", "rule": "rule"}
    ranges = {"p": [k / 20 for k in range(19)], "passes": [1, 3, 10, 30, 100, 300, 1000, 3000], "rule": rules}
    return explore(marks, scene, **ranges, panels=2, size=(7.6, 3.4), alt=alt, labels=labels)


def last(column):
    """The outputs of one unit where it was on, in words."""
    on = column[column != 0]
    return f"{on[0]:.2f}" if on.size else "nothing"


def asked(rule, h, p, rng, train):
    """What the rule hands on, or a sentence for what does not fit."""
    got = np.asarray(function("dropout", rule)(h, p, rng, train), dtype=float)
    if got.shape != h.shape or not np.isfinite(got).all():
        raise ValueError(f"dropout gives shape {got.shape}: finite numbers in the shape of h, {h.shape}, would do")
    return got


def seeds(results, words="accuracy on the test part"):
    """{name: one number for each seed} as dots, with mean and standard deviation, and the gain over the first of them,
    seed by seed. Controls: the seed that is told."""
    found = {name: finite_array(name, values, 1) for name, values in results.items()}
    first, *_ = found.values()
    if len({values.size for values in found.values()}) > 1 or first.size < 2:
        raise ValueError(f"the seeds are {[v.size for v in found.values()]}: two or more, as many of each, would do")
    gains = {name: values - first for name, values in found.items()}

    def scene(axes):
        for ax, shown, label in zip(axes, (found, gains), (words, f"gain over: {next(iter(found))}"), strict=True):
            for row, values in enumerate(shown.values()):
                mean, spread = values.mean(), values.std(ddof=1)
                ax.plot([mean - spread, mean + spread], [row, row], color=QUIET, linewidth=7, alpha=0.35)
                ax.plot(values, np.full(values.size, row), "o", color=TRUTH, markerfacecolor="white", markersize=6)
                ax.plot(mean, row, "|", color=PATH, markersize=18, markeredgewidth=2.5)
            ax.set(yticks=range(len(found)), ylim=(len(found) - 0.5, -0.5), xlabel=label)
        axes[0].set(yticklabels=found, xlim=window(*found.values()))
        axes[1].set(yticklabels=[], xlim=window(*gains.values()))
        axes[1].axvline(0, color=QUIET, linewidth=1)
        axes[0].locator_params(axis="x", nbins=5)
        axes[1].locator_params(axis="x", nbins=5)

    def marks(axes, seed=0):
        for ax, shown in zip(axes, (found, gains), strict=True):
            ax.plot([values[seed] for values in shown.values()], range(len(shown)), "o", color=TANGENT, markersize=6)
        told = ", ".join(f"{name} {values[seed]:.3f}" for name, values in found.items())
        means = "; ".join(f"{name} {v.mean():.3f} ± {v.std(ddof=1):.3f}" for name, v in found.items())
        return f"Seed {seed}: {told}. Mean and standard deviation of {first.size} seeds: {means}."

    alt = (
        "For each way of training, a hollow dot for each seed, a bar at their mean, and grey for the standard "
        "deviation; right, the same for the gain over the first way. One seed is filled in green."
    )
    size = (7.6, 1.3 + 0.42 * len(found))
    return explore(marks, scene, seed=list(range(first.size)), panels=2, size=size, alt=alt, labels={"seed": "seed"})


def stopping(runs, rule=early_stopping, *, patience=5):
    """Losses of several runs, followed by a rule that sees only the past. Controls: epoch, patience, seed.

    runs: for each seed an array of rows (training loss, validation loss, test accuracy), from before training on.
    rule(losses, patience=…): the best epoch, and the one at which to stop or None, as `calclib.early_stopping`.
    """
    runs = [finite_array("runs", run, 2) for run in runs]
    epochs, rule = len(runs[0]), function("rule", rule)
    losses = window(*(run[:, :2] for run in runs), margin=0.06)
    if len({len(run) for run in runs}) != 1:
        raise ValueError(f"runs have {', '.join(str(len(run)) for run in runs)} rows: as many in each would do")
    accuracy = window(*(run[min(5, epochs - 1) :, 2] for run in runs), margin=0.15)

    def verdict(history, patience):
        """The rule's answer, or a sentence for what is none."""
        answer = rule(history, patience=patience)
        try:
            best, stop = answer
            known = 0 <= int(best) < len(history) and (stop is None or 0 <= int(stop) < len(history))
        except (TypeError, ValueError):
            known = False
        if not known:
            raise ValueError(f"the rule gives {str(answer)[:40]}: a pair (best, stop), or (best, None), would do")
        return int(best), stop

    def scene(axes):
        left, right = axes
        left.get_gridspec().set_width_ratios([3, 2])
        left.plot([], [])
        left.set(xlim=(0, epochs - 1), ylim=(0, losses[1]), xlabel="epoch", ylabel="loss")
        right.plot([], [])
        right.set(xlim=(-0.5, 1.35 * len(runs)), ylim=accuracy, xticks=range(len(runs)))
        right.set(xlabel="seed", ylabel="accuracy on the test part")

    def marks(axes, epoch=epochs - 1, patience=patience, seed=0):
        left, right = axes
        run = runs[seed]
        seen = run[: epoch + 1, 1]
        best, stop = verdict(seen, patience)
        for column, color, line, word in ((0, TRUTH, "-", "training"), (1, PATH, "--", "validation")):
            left.plot(run[:, column], color=color, linewidth=0.8, alpha=0.45)
            left.plot(run[: epoch + 1, column], line, color=color)
            tag(left, word, (epochs - 1, run[-1, column]), (-62, 8 if column else -14), color=color)
        dot(left, best, run[best, 1], color=TANGENT)
        tag(left, f"best: {best}", (best, run[best, 1]), (-20, 12) if best > 7 else (8, 6), color=TANGENT)
        if stop is not None:
            left.axvline(stop, color=TANGENT, linestyle="--", linewidth=1)
            tag(left, f"stop: {stop}", (stop, losses[1]), (4 if stop < 0.8 * epochs else -48, -16), color=TANGENT)
        kept = [verdict(other[:, 1], patience)[0] for other in runs]
        pairs = np.array([(other[b, 2], other[-1, 2]) for other, b in zip(runs, kept, strict=True)])
        for k, (stopped, end) in enumerate(pairs):
            right.plot([k, k], [end, stopped], color=QUIET, linewidth=1)
        right.plot(pairs[:, 1], "o", color=TRUTH, markerfacecolor="white", markersize=6)
        right.plot(pairs[:, 0], "o", color=TANGENT, markersize=6)
        apart = 7 if np.diff(pairs[-1])[0] > 0 else -7  # so that the two words never meet
        tag(right, "kept", (len(runs) - 1, pairs[-1, 0]), (8, -4 - apart), color=TANGENT)
        tag(right, "at the end", (len(runs) - 1, pairs[-1, 1]), (8, -4 + apart), color=TRUTH)
        ahead = f"stop at {stop}" if stop is not None else f"go on, {epoch - best} since the best"
        better = int((pairs[:, 0] > pairs[:, 1]).sum())
        return (
            f"Seed {seed}, epoch {epoch}: training loss {run[epoch, 0]:.2f}, validation loss {run[epoch, 1]:.2f}. "
            f"Best so far at {best}; with patience {patience}: {ahead}. "
            f"Kept networks are better than those at the end on {better} of {len(runs)} seeds."
        )

    alt = (
        "Left: training loss, solid, and validation loss, dashed, against the epoch, with the best epoch and the one "
        "at which the rule stops. Right: for each seed the accuracy of the network that is kept, filled, and of the "
        "one at the end of training, hollow."
    )
    ranges = {"epoch": range(epochs), "patience": list(range(1, 21)), "seed": list(range(len(runs)))}
    return explore(marks, scene, **ranges, panels=2, size=(7.6, 3.6), alt=alt)
