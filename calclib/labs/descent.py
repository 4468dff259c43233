"""The live figures of lesson 03. Each takes any function, with or without its slope, or the learner's own data."""

from functools import lru_cache

import numpy as np

from calclib.descent import descend
from calclib.differences import gradient, hessian
from calclib.labs import valleys
from calclib.labs.valleys import Valleys
from calclib.live import explore
from calclib.optimizers import gradient_descent
from calclib.pictures.ground import arrow, contours, height, heights, survey
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, sampled, straight, tag, window
from calclib.schedules import as_schedule, cosine_annealing, exponential_decay, step_decay, warmup

__all__ = ["cloud", "on_curve", "plane", "regimes", "schedules", "settling", "side_by_side"]

LOWEST = 1e-10  # where logarithmic axes end
LR, START = "learning rate α", "start x"
COUNTS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200]


def on_curve(f, x=None, slope=None, *, start=2.0, lr=None, steps=10):
    """Descent on the graph of f, and α on a scale with 1/L and 2/L. Controls: α, the start, the steps."""
    ground, most = Valleys(f, x, slope), 60
    span = ground.rates(start)

    @lru_cache(maxsize=64)
    def path(start, lr):
        points = ground.descend(start, lr, most)
        return points, ground.height(points)

    def scene(axes):
        top, scale = axes
        top.get_gridspec().set_height_ratios([6, 1])
        ground.draw(top)
        top.set(xlabel="x", ylabel="f(x)", xlim=(ground.low, ground.high), ylim=window(ground.heights))
        scale.set(xlim=(0, 2.4), ylim=(0, 1), yticks=[], xticks=[0, 1, 2], xticklabels=["α = 0", "1/L", "2/L"])
        scale.grid(False)
        zones = (0, 1, TANGENT, "creeps"), (1, 2, TRUTH, "zig-zags"), (2, 2.4, PATH, "runs away")
        for low, high, color, name in zones:
            scale.axvspan(low, high, color=color, alpha=0.15)
            tag(scale, name, ((low + high) / 2, 0.36), (0, 0), ha="center", va="center", color=color)
        scale.spines["left"].set_visible(False)

    def marks(axes, lr=span[1] / 12 if lr is None else lr, start=start, steps=steps):
        top, scale = axes
        valley, L = ground.below(start)
        whole, heights = path(start, lr)
        last = min(steps, len(whole) - 1)
        seen = np.asarray(whole)[: last + 1]
        straight(top, start, heights[0], float(ground.slope(start)), color=TANGENT, linestyle="--", linewidth=1.2)
        top.plot(seen, heights[: last + 1], "o-", color=PATH, linewidth=1, markersize=4)
        dot(top, start, heights[0], color=TANGENT)
        dot(top, seen[-1], heights[last], color=PATH)
        if L:
            scale.plot(lr * L, 0.84, "v", color=PATH, markersize=10)
        return f"{went(whole, start, lr, steps)} {why(ground, start, valley, L, lr)}"

    alt = (
        "A curve, the dashed tangent at the start in green, and the points of a descent in vermilion. Below, "
        "the learning rate on a scale: up to 1/L it creeps, up to 2/L it zig-zags, beyond it runs away."
    )
    controls = {"lr": span, "start": (ground.low, ground.high), "steps": (1, most)}
    form = {"pointer": "start", "panels": (2, 1), "size": (7, 5)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"lr": LR, "start": START})


def counted(steps):
    return f"{steps} step" if steps == 1 else f"{steps} steps"


def went(path, start, lr, steps):
    """Where a descent on a curve went, in a sentence."""
    if lr == 0:
        return f"With α = 0 every step has length 0, so x stays at {start:.3g}."
    if path.diverged and steps >= path.end:
        how = "is no number" if path.why == "not a number" else "is a thousand windows away"
        return f"After {counted(path.end)} from x = {start:.3g}, x {how}."
    return f"After {counted(steps)} from x = {start:.3g}, x = {float(path[steps]):.5g}."


def why(ground, start, valley, L, lr):
    """What the curvature says about this rate, in a sentence."""
    if abs(float(ground.slope(start))) < 1e-9:
        where = "It starts at the bottom" if valley is not None else "It starts on a top or a ledge, no valley"
        return f"{where}: the slope there is 0, so no rate moves it."
    if valley is None:
        return "Downhill from the start there is no valley in this window."
    if L is None:
        return f"The valley at x = {valley:.3g} is flat or a kink, so there is no curvature and no 2/L."
    bottom, left = f"The bottom, x = {valley:.4g}, has L = f″ = {L:.4g}, 2/L = {2 / L:.4g}", 1 - lr * L
    if abs(left) < 0.005:
        return f"{bottom}: α is 1/L, the best rate there."
    if abs(abs(left) - 1) < 0.005:
        return f"{bottom}: near it each step keeps the distance."
    kind = "leaves" if left > 0 else "overshoots and leaves"
    return f"{bottom}: near it each step {kind} {abs(left):.0%} of the distance."


def side_by_side(f, rates, x=None, slope=None, *, start=2.0, steps=40):
    """For each rate, x and the loss above its least, against the step. Controls: the step (it plays), the start."""
    ground, rates = Valleys(f, x, slope), np.array(rates, dtype=float)

    @lru_cache(maxsize=64)
    def paths(start):
        """Each rate's own points and losses, up to its end."""
        together = ground.descend(start, rates, steps)
        points = [np.asarray(together)[: end + 1, k] for k, end in enumerate(together.end)]
        least = min(ground.height(ground.valleys), default=np.nanmin(ground.heights))
        return [(p, np.maximum(ground.height(p) - least, LOWEST)) for p in points]

    def scene(axes):
        for k, (top, bottom) in enumerate(axes.T):
            for valley in ground.valleys:
                top.axhline(valley, color=TRUTH, linestyle="--", linewidth=1)
            top.set(title=f"α = {rates[k]:g}", xlim=(0, steps), ylim=(ground.low, ground.high), xticklabels=[])
            bottom.plot([], [])
            bottom.set(xlabel="step", xlim=(0, steps), yscale="log", ylim=(LOWEST, 1e4))
            if k:
                top.set(yticklabels=[])
                bottom.set(yticklabels=[])
        axes[0, 0].set(ylabel="x")
        axes[1, 0].set(ylabel="loss above the least")

    def marks(axes, step=12, start=start):
        ends = []
        for (top, bottom), (points, losses), rate in zip(axes.T, paths(start), rates, strict=True):
            for ax, y in ((top, points), (bottom, losses)):
                ax.plot(y[: step + 1], "o-", color=PATH, linewidth=1, markersize=3)
            ends.append(f"{rate:g} → {points[step]:.3g}" if len(points) > step else f"{rate:g} → gone")
        return f"x after {counted(step)} from x = {start:.3g}, for each α: {', '.join(ends)}."

    alt = (
        "A column for each learning rate: above x against the step, with the valley as a dashed blue line; "
        "below the loss above its least, logarithmic."
    )
    controls = {"step": range(steps + 1), "start": (ground.low, ground.high)}
    form = {"panels": (2, rates.size), "size": (7.6, 4.4)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"start": START})


def regimes(f, x=None, slope=None, *, start=2.0, steps=10):
    """How far from the valley each rate ends, with 1/L and 2/L marked. Controls: the steps, the start."""
    ground = Valleys(f, x, slope)
    rates = np.linspace(*ground.rates(start), 241)[1:]

    @lru_cache(maxsize=64)
    def errors(start):
        """|x − valley| after each step (rows) for each rate (columns)."""
        path = np.asarray(ground.descend(start, rates, COUNTS[-1]))
        error = np.abs(path - ground.below(start)[0])[np.minimum(range(COUNTS[-1] + 1), len(path) - 1)]
        return np.where(error < 1e3, error, 1e9)  # what runs away is out of sight

    def scene(ax):
        ground.height(ground.grid)
        ax.plot([], [])
        ax.set(xlabel=LR, xlim=(0, rates[-1]), ylabel="final distance from the valley", yscale="log")
        ax.set(ylim=(LOWEST / 3, 1e3))

    def marks(ax, steps=steps, start=start):
        valley, L = ground.below(start)
        if valley is None:
            return "Downhill from the start there is no valley in this window, so nothing to be far from."
        error = np.maximum(errors(start)[steps], LOWEST)
        for place, name in ((1 / L, "1/L"), (2 / L, "2/L")) if L else ():
            ax.axvline(place, color=QUIET, linestyle="--", linewidth=1)
            tag(ax, f"{name} = {place:.3g}", (place, 1e3), (4, -14), color=QUIET)
        ax.axhline(abs(start - valley), color=QUIET, linestyle=":", linewidth=1)
        ax.plot(rates, error, color=PATH)
        best = rates[error == error.min()]
        dot(ax, best[[0, -1]], error.min().repeat(2), color=PATH)
        who = f"α = {best[0]:.3g}" + f" to {best[-1]:.3g}" * (best.size > 1)
        wall = f" Best at the bottom is 1/L = {1 / L:.4g}; the wall is 2/L = {2 / L:.4g}." if L else ""
        return f"After {counted(steps)} from x = {start:.3g}, {who} came nearest to the valley, x = {valley:.4g}.{wall}"

    alt = (
        "The distance from the valley after so many steps, logarithmic, against the learning rate. It falls to its "
        "lowest near 1/L and climbs to a wall at 2/L; the dotted line is the distance at the start."
    )
    controls = {"steps": COUNTS, "start": (ground.low, ground.high)}
    return explore(marks, scene, **controls, alt=alt, labels={"start": START})


def plane(f, view=None, slope=None, *, start=(2.0, 1.5), lr=None, steps=100):
    """Descent over the contours of f(p), and f at each step. Controls: α, and the start x, y, put down by hand."""
    view = view or getattr(f, "window", ((-3.0, 3.0), (-3.0, 3.0)))
    slope = slope or getattr(f, "gradient", None) or (lambda p: gradient(f, p))
    X, Y, Z = survey(f, view)
    least, L = lowest(f, slope, X, Y, Z)
    span, reach = valleys.rates(L), 1e3 * np.abs(view).max()

    @lru_cache(maxsize=64)
    def path(lr, x, y):
        """The descent until the gradient is below 1e-6, and (step, f) at a hundred of its steps."""
        points = descend(gradient_descent, slope, [x, y], lr=lr, steps=steps, tol=1e-6, escape=reach)
        few = np.unique(np.linspace(0, len(points) - 1, 101).astype(int))
        return points, few, np.maximum(heights(f, np.asarray(points)[few]) - least, LOWEST)

    def scene(axes):
        left, right = axes
        contours(left, X, Y, Z)
        left.set(aspect="equal")
        right.plot([], [])
        right.set(xlabel="step", ylabel="f above its least", xlim=(0, steps), yscale="log", ylim=(LOWEST, 1e5))

    def marks(axes, lr=span[1] / 12 if lr is None else lr, x=start[0], y=start[1]):
        left, right = axes
        height(f, [x, y])  # so that a broken f is told
        whole, few, above = path(lr, x, y)
        points, downhill = np.asarray(whole), -np.asarray(slope(np.array([x, y])), dtype=float)
        left.plot(*points.T, "o-" if len(points) < 150 else "-", color=PATH, linewidth=1, markersize=3)
        if downhill.any():
            arrow(left, [x, y], downhill / np.linalg.norm(downhill) * 0.12 * np.ptp(view[0]))
        dot(left, x, y, color=TANGENT)
        dot(left, *points[-1], color=PATH)
        right.plot(few, above, color=PATH)
        wall = f" The wall at the lowest point is 2/L = {2 / L:.3g}." if L else ""
        return f"{walked(f, whole, lr, downhill)}{wall}"

    alt = (
        "Left: contours of f, the start in green with a purple arrow downhill, and the path in vermilion. "
        "Right: f above its least at each step of the path, logarithmic."
    )
    controls = {"lr": span, "x": tuple(map(float, view[0])), "y": tuple(map(float, view[1]))}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.6, 3.9)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"lr": LR, "x": START, "y": "start y"})


def lowest(f, slope, X, Y, Z):
    """f at the lowest point in view and L, its largest curvature there (None where it does not bend up)."""
    try:
        j, i = np.unravel_index(np.nanargmin(Z), Z.shape)
        p, least = np.array([X[j, i], Y[j, i]]), Z[j, i]
        for _ in range(20):  # Newton's steps to the very bottom, as long as they go down
            H = f.hessian(p) if hasattr(f, "hessian") else hessian(f, p)
            new = p - np.linalg.lstsq(H, slope(p), rcond=None)[0]
            if not height(f, new) < least:
                break
            p, least = new, height(f, new)
        L = np.linalg.eigvalsh(H)[-1]
        return least, float(L) if L > 1e-6 else None
    except Exception:  # whatever f raised: the marks meet it too, and tell it
        return 0.0, None


def walked(f, path, lr, downhill):
    """Where a descent in the plane went, in a sentence."""
    (x, y), (u, v) = path[0], path[-1]
    if np.linalg.norm(downhill) < 1e-9:
        bends = np.linalg.eigvalsh(f.hessian(path[0]) if hasattr(f, "hessian") else hessian(f, path[0]))
        kind = "at the bottom" if bends[0] > 1e-6 else "at a saddle, a top or a ledge, no minimum"
        return f"It starts {kind}: the gradient there is 0, so no rate moves it."
    if lr == 0:
        return f"With α = 0 every step has length 0, so it stays at ({x:.3g}, {y:.3g})."
    if path.diverged:
        how = "is no number" if path.why == "not a number" else "is a thousand windows away"
        return f"After {counted(path.end)} it {how}."
    ended = "there the gradient is below 1e-6" if path.converged else "the gradient is not yet below 1e-6"
    return f"After {counted(len(path) - 1)} it is at ({u:.4g}, {v:.4g}): {ended}."


KINDS = {
    "constant": lambda lr, steps: as_schedule(lr),
    "step": lambda lr, steps: step_decay(lr, gamma=0.3, every=max(1, steps // 4)),
    "exponential": lambda lr, steps: exponential_decay(lr, gamma=0.02 ** (1 / steps)),
    "cosine": lambda lr, steps: cosine_annealing(lr, steps=steps),
    "warm-up + cosine": lambda lr, steps: warmup(cosine_annealing(lr, steps=steps - steps // 5), steps=steps // 5),
}


def schedules(f, x=None, slope=None, *, yours=None, start=2.0, noise=4.0, runs=64):
    """The rate at each step, and the distance it leaves on noisy slopes. Controls: the kind, the first α, the steps.

    yours: a schedule of your own, yours(t, lr, steps) → α, beside the others.
    """
    ground = Valleys(f, x, slope)
    top = float(f"{0.95 * ground.rates(start)[1] / 1.2:.2g}")
    own = {} if yours is None else {"yours": lambda lr, steps: lambda t: yours(t, lr, steps)}
    kinds = KINDS | own

    def noisy(x, rng):
        return sampled(ground.slope, x) + noise * rng.standard_normal(x.shape)

    @lru_cache(maxsize=128)
    def run(kind, lr, steps):
        """α at each step, and the distance from the valley, root mean square over the runs."""
        schedule = kinds[kind](lr, steps)
        path = ground.descend(np.full((runs, 1), start), schedule, steps, slope=noisy, rng=0)
        apart = np.asarray(path)[:, :, 0] - ground.below(start)[0]
        return [schedule(t) for t in range(steps)], np.sqrt(np.mean(apart**2, axis=1))

    def scene(axes):
        left, right = axes
        if ground.below(start)[0] is None:
            raise ValueError(f"downhill from x = {start:g} there is no valley in this window: another start would do")
        left.plot([], [])
        right.plot([], [])
        left.set(xlabel="step", ylabel="α at this step", xlim=(0, 200), ylim=(0, 1.05 * top))
        right.set(xlabel="step", ylabel="distance from the valley", xlim=(0, 200), yscale="log", ylim=(0.03, 10))

    def marks(axes, kind="cosine", lr=top / 3, steps=150):
        left, right = axes
        alphas, distance = run(kind, lr, steps)
        _, constant = run("constant", lr, steps)
        left.plot(alphas, color=GRADIENT)
        right.plot(constant, color=QUIET, linewidth=1, linestyle="--")
        right.plot(distance, color=PATH)
        dot(right, len(distance) - 1, distance[-1], color=PATH)
        return (
            f"{kind}, from α = {lr:.3g}: after {counted(steps)} the distance is {distance[-1]:.2g}, and "
            f"{constant[-1]:.2g} with a constant rate, dashed (root mean square of {runs} noisy runs)."
        )

    alt = (
        "Left: the learning rate against the step. Right: the distance from the valley against the step, "
        "logarithmic, for this schedule in vermilion and a constant rate in dashed grey."
    )
    controls = {"kind": {name: name for name in kinds}, "lr": (0.01 * top, top), "steps": (10, 200)}
    labels = {"kind": "schedule", "lr": "first rate α"}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


class LineLoss:
    """The mean squared error of b + w·x, as a function of θ = (b, w): its lowest point, gradient and L."""

    def __init__(self, x, y):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if x.ndim != 1 or x.shape != y.shape or x.size < 2:
            raise ValueError(f"x and y have shapes {x.shape} and {y.shape}: two columns of one length would do")
        self.X, self.y = np.stack([np.ones_like(x), x], axis=1), y
        self.least = np.linalg.lstsq(self.X, y, rcond=None)[0]
        self.L = 2 * np.linalg.eigvalsh(self.X.T @ self.X / len(x))[-1]

    def above(self, theta):
        """The loss above its least, at each θ of (…, 2)."""
        loss = np.mean((theta @ self.X.T - self.y) ** 2, axis=-1)
        return np.maximum(loss - np.mean((self.X @ self.least - self.y) ** 2), LOWEST)

    def gradient(self, theta, rows=slice(None)):
        X = self.X[rows]
        return X.T @ (X @ theta - self.y[rows]) * (2 / len(X))

    def batches(self, size):
        """The gradient from `size` rows at random, as `descend` asks for it."""
        m = len(self.y)
        return lambda theta, rng: self.gradient(theta, rng.integers(m, size=size) if size < m else slice(None))


def cloud(x, y, *, lr=0.05, steps=200, seed=0):
    """Mini-batch descent of a line's b and w, over its loss. Controls: the batch size, α."""
    loss = LineLoss(x, y)
    b, w = loss.least
    span = 1.15 * max(abs(b), abs(w))
    view = (min(0, b) - 0.3 * span, max(0, b) + 0.3 * span), (w - 0.8 * span, w + 0.8 * span)
    top = float(f"{1.6 / loss.L:.2g}")
    sizes = {str(s): s for s in (1, 2, 5, 10, 20, 50, 100, len(loss.y)) if s <= len(loss.y)}

    middle = sizes.get("10", len(loss.y))

    @lru_cache(maxsize=64)
    def path(batch, lr):
        noisy = loss.batches(batch)
        return descend(gradient_descent, noisy, np.zeros(2), lr=lr, steps=steps, rng=seed, escape=1e3 * span)

    def scene(axes):
        left, right = axes
        X, Y = np.meshgrid(*(np.linspace(*side, 81) for side in view))
        contours(left, X, Y, loss.above(np.stack([X, Y], axis=-1)))
        left.set(xlabel="offset b", ylabel="slope w", aspect="equal")
        dot(left, *loss.least, color=TRUTH)
        right.plot([], [])
        right.set(xlabel="step", ylabel="loss above the least", xlim=(0, steps), yscale="log")
        right.set(ylim=(1e-6, 5 * loss.above(np.zeros(2))))

    def marks(axes, batch=middle, lr=lr):
        left, right = axes
        points = np.asarray(path(batch, lr))
        above, half = loss.above(points), steps // 2
        left.plot(*points.T, color=PATH, linewidth=0.6)
        left.plot(*points[half:].T, "o", color=PATH, markersize=2.5)
        right.plot(above, color=PATH, linewidth=1)
        if len(points) <= steps:
            return f"Batch {batch}, α = {lr:.3g}: after {counted(len(points) - 1)} it has run away."
        floor, away = above[half:].mean(), np.linalg.norm(points[half:] - loss.least, axis=1).mean()
        right.plot([half, steps], [floor, floor], color=TANGENT, linestyle="--")
        return (
            f"Batch {batch}, α = {lr:.3g}: over the last {half} of {steps} steps the loss stays {floor:.2g} above the "
            f"least (the dashed floor), and the point {away:.2g} away from the lowest."
        )

    alt = (
        "Left: contours of the loss over offset and slope of a line, the path of mini-batch descent, and its later "
        "steps as a cloud around the lowest point. Right: the loss above its least, down to a noise floor."
    )
    controls, labels = {"batch": sizes, "lr": (top / 100, top)}, {"batch": "batch size", "lr": LR}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.9), alt=alt, labels=labels)


def settling(x, y, *, words=("x", "y"), of_wall=0.05, steps=200):
    """The line b + w·x on its way from 0 into the data, and its loss. Controls: α up to past the wall, the step."""
    loss = LineLoss(x, y)
    edges = np.array(window(loss.X[:, 1], [0.0]))
    rates = [float(f"{part * 2 / loss.L:.3g}") for part in (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)]
    rates += [float(f"{part * 2 / loss.L:.3g}") for part in (0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1, 1.01, 1.05, 1.1, 1.5)]

    @lru_cache(maxsize=64)
    def path(lr):
        points = np.asarray(descend(gradient_descent, loss.gradient, np.zeros(2), lr=lr, steps=steps))
        return points, loss.above(points)

    def scene(axes):
        left, right = axes
        left.plot(*loss.X[:, 1:].T, loss.y, "o", color=TRUTH, markersize=3, alpha=0.5)
        left.set(xlabel=words[0], ylabel=words[1], xlim=edges, ylim=window(loss.y, [0.0]))
        right.plot([], [])
        right.set(xlabel="step", ylabel="loss above the least", xlim=(0, steps), yscale="log")
        right.set(ylim=(LOWEST, 1e3 * loss.above(np.zeros(2))))

    def marks(axes, lr=of_wall * 2 / loss.L, step=30):
        left, right = axes
        points, above = path(lr)
        now = min(step, len(points) - 1)
        b, w = points[now]
        right.plot(above, color=QUIET, linewidth=1)
        right.plot(above[: now + 1], color=PATH)
        dot(right, now, above[now], color=PATH)
        left.plot(edges, w * edges + b, color=PATH)
        wall = f"α is {50 * lr * loss.L:.3g} % of the wall, 2/L = {2 / loss.L:.3g}."
        if now < step:
            return f"After {counted(now)} the line has run away. {wall}"
        return f"After {counted(now)}: w = {w:.4g}, b = {b:.4g}, the loss {above[now]:.2g} above its least. {wall}"

    alt = "Left: the data and the line at this step. Right: its loss above the least against the step, logarithmic."
    controls = {"lr": rates, "step": range(steps + 1)}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.8), alt=alt, labels={"lr": LR})
