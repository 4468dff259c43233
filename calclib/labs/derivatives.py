"""The live figures of lesson 01. Each takes the function that it shows, so that a learner can pass their own."""

import numpy as np

from calclib.differences import derivative, error_against_step, step
from calclib.integrals import running_integral
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import curve, dot, ruler, sampled, straight, tag, window

__all__ = [
    "area_so_far",
    "fitted_line",
    "microscope",
    "rules",
    "secant",
    "slope_traced",
    "step_error",
    "stretched",
]


def signed(value, digits=2):
    """A number with so many decimals and a true minus sign; no −0."""
    return f"{value:z.{digits}f}".replace("-", "−")


def secant(f, x=(-3.0, 3.0), h=(0.001, 1.0), *, at=1.0, first=1.0):
    """The line through (x, f(x)) and (x + h, f(x + h)), and the tangent that it becomes. Controls: x, h."""
    grid = np.linspace(x[0], x[1] + h[1], 400)

    def scene(ax):
        curve(ax, f, grid, color=TRUTH)
        ax.set(xlabel="x", ylabel="f(x)", xlim=(grid[0], grid[-1]), ylim=window(sampled(f, grid)))

    def marks(ax, x=at, h=first):
        here, there = f(x), f(x + h)
        slope = (there - here) / h
        straight(ax, x, here, derivative(f, x), color=TANGENT, linestyle="--", linewidth=1.5)
        straight(ax, x, here, slope, color=PATH)
        ruler(ax, (x, here), (x + h, here), (x + h, there))
        dot(ax, [x, x + h], [here, there], color=PATH, clip_on=False)
        left = x + h > grid[280] or (slope > 0 and x + h > grid[120])  # of the point, where there is room
        place = {"offset": (-10 if left else 10, 12 if left == (slope > 0) else -14), "ha": "right" if left else "left"}
        tag(ax, f"rise / run = {signed(slope, 3)}", (x + h, there), color=PATH, **place)
        if not np.isfinite(slope):
            at, end = signed(x), signed(x + h)
            return f"At x = {at} or x + h = {end} this function has no finite value, so there is no secant."
        return f"From x = {signed(x)} to x + h the secant rises {signed(slope, 4)} per step to the right (h = {h:.3g})."

    alt = "A curve in blue, a secant in vermilion through two of its points, and the dashed green tangent at the first."
    return explore(marks, scene, x=x, h=h, pointer="x", alt=alt, labels={"x": "point x", "h": "distance h"})


def microscope(f, x=(-3.0, 3.0), half=(0.001, 2.0), *, at=1.0, first=1.0):
    """f and its tangent within x ± w, enlarged to fill the picture. Controls: x, the half-width w."""
    across = np.linspace(-1, 1, 201)

    def scene(ax):
        ax.set(xlim=(-1, 1), ylim=(-2.2, 2.2), xticks=[-1, 0, 1], xticklabels=["x − w", "x", "x + w"], yticks=[0])
        ax.set(yticklabels=["f(x)"], xlabel="the stretch around x, enlarged to the width of the picture")

    def marks(ax, x=at, w=first):
        slope, y = derivative(f, x), sampled(f, x + w * across) - f(x)
        scale = w * max(abs(slope), 0.5)
        gap = np.abs(y - slope * w * across).max()
        ax.plot(across, y / scale, color=TRUTH)
        ax.plot(across, slope * w * across / scale, color=TANGENT, linestyle="--")
        dot(ax, 0, 0, color=TANGENT)
        tag(ax, "curve", (-1, y[0] / scale), (8, 8), color=TRUTH)
        tag(ax, "tangent", (1, slope * w / scale), (-50, -16), color=TANGENT)
        if not np.isfinite(gap):
            return f"Within {signed(x)} ± {number(w)} there is a place where the curve is no number."
        most, share = number(gap, ".2g"), number(gap / w, ".2g")
        return f"Within {signed(x)} ± {number(w)} the curve leaves its tangent by at most {most}: {share} of w."

    alt = "The curve and its dashed tangent near x, enlarged to fill the picture; the smaller w, the less they differ."
    return explore(marks, scene, x=x, w=half, alt=alt, labels={"x": "point x", "w": "half-width w"})


def slope_traced(f, x=(-3.0, 3.0), *, at=-1.0):
    """Above f with its tangent, below the slope drawn as x moves. Controls: x."""
    grid = np.linspace(*x, 400)
    slopes = derivative(lambda z: sampled(f, z), grid)

    def scene(axes):
        top, bottom = axes
        curve(top, f, grid, color=TRUTH)
        top.set(ylabel="f(x)", xlim=x, ylim=window(sampled(f, grid)), xticklabels=[])
        bottom.axhline(0, color=QUIET, linewidth=1)
        bottom.set(xlabel="x", ylabel="f′(x)", xlim=x, ylim=window(slopes, [0]))

    def marks(axes, x=at):
        top, bottom = axes
        slope, seen = derivative(f, x), grid <= x
        straight(top, x, f(x), slope, color=TANGENT, linestyle="--", linewidth=1.5)
        dot(top, x, f(x), color=TANGENT)
        bottom.plot(grid[seen], slopes[seen], color=TANGENT)
        ruler(bottom, (x, 0), (x, slope))
        dot(bottom, x, slope, color=TANGENT)
        if not np.isfinite([f(x), slope]).all():
            return f"At x = {signed(x)} there is no slope: f, close by, is no number."
        trend = "falls" if slope < -0.005 else "rises" if slope > 0.005 else "is level"
        return f"At x = {signed(x)} the slope is {signed(slope)}: the curve {trend} there."

    alt = "Above a curve with its tangent at x; below the slope of that tangent, drawn for all x passed so far."
    labels = {"x": "point x"}
    return explore(marks, scene, x=x, pointer="x", panels=(2, 1), size=(7, 5.4), alt=alt, labels=labels)


def step_error(functions, x=(-2.0, 2.0), *, at=1.0):
    """The error of three formulas against h. `functions` is {name: (f, f′)}. Controls: the function, x."""
    h, first = np.logspace(-16, 0, 65), next(iter(functions))
    formulas = {  # the colour, the line, and where the name stands
        "forward": (PATH, "-", 52, (-58, 10)),
        "central": (TANGENT, "--", 52, (14, -14)),
        "complex": (GRADIENT, ":", 16, (0, 8)),
    }

    def scene(ax):
        ax.set(xscale="log", yscale="log", xlim=(1e-16, 1), ylim=(1e-17, 30))
        ax.set(xlabel="step h", ylabel="relative error of the slope")
        for method, name in (("forward", "√ε"), ("central", "∛ε")):
            ax.axvline(step(0.0, method), color=QUIET, linestyle="--", linewidth=1)
            tag(ax, name, (step(0.0, method), 30), (4, -14), color=QUIET)

    def marks(ax, function=first, x=at):
        f, slope = functions[function]
        for method, (color, line, i, offset) in formulas.items():
            error = np.maximum(error_against_step(f, slope, x, h, method=method)[1], 1.3e-17)
            ax.plot(h, error, line, color=color, linewidth=1.5)
            tag(ax, method, (h[i], error[i]), offset, color=color)
        told = []
        for step_size in (0.01, 0.001):  # truncation alone, which is the same on every machine
            errors = [error_against_step(f, slope, x, [step_size], method=m)[1][0] for m in ("forward", "central")]
            told.append("forward {}, central {}".format(*map(number, errors)))
        return f"{function} at x = {signed(x)}. Errors with h = 0.01: {told[0]}; with h = 0.001: {told[1]}."

    alt = (
        "Error against step h, both logarithmic. The forward and the central difference each draw a V, "
        "with bottoms near the square and the cube root of machine precision; the complex step stays at the bottom."
    )
    return explore(marks, scene, function=list(functions), x=x, alt=alt, labels={"x": "point x"})


def rules(u, v, x=(0.0, 2.0), h=(0.01, 0.5), *, at=1.2, first=0.4):
    """Sum, product and quotient as lengths and areas that grow while x grows by h. Controls: the rule, x, h."""
    grid = np.linspace(x[0], x[1] + h[1], 50)
    us, vs = sampled(u, grid), sampled(v, grid)
    long, high = max(us + vs), max([*vs, *(us / vs)])

    def scene(ax):
        ax.set(xlim=(0, 1.03 * long), ylim=(0, 1.1 * high), aspect=1, xlabel="length", ylabel="length")

    def bar(ax, x0, y0, width, height, color, text, side=(0, 0)):
        """A rectangle with its name: within it, or beside it where it may be thin, to the right or above."""
        ax.fill([x0, x0 + width, x0 + width, x0], [y0, y0, y0 + height, y0 + height], color=color, alpha=0.6)
        right, above = side
        place = x0 + width * (1 + right) / 2, y0 + height * (1 + above) / 2
        ha, va = "left" if right else "center", "bottom" if above else "center"
        tag(ax, text, place, (5 * right, 4 * above), ha=ha, va=va, fontsize=9, color=color if any(side) else "black")

    def total(ax, U, V, dU, dV, h):
        thick = 0.3 * high
        bar(ax, 0, 2 * thick, U, thick, TRUTH, "u")
        bar(ax, U, 2 * thick, V, thick, QUIET, "v")
        bar(ax, 0, thick / 2, U, thick, TRUTH, "u")
        bar(ax, U, thick / 2, dU, thick, TANGENT, "Δu", (0, 1))
        bar(ax, U + dU, thick / 2, V, thick, QUIET, "v")
        bar(ax, U + dU + V, thick / 2, dV, thick, PATH, "Δv", (0, 1))
        parts = f"{signed(dU / h, 3)} + {signed(dV / h, 3)} = {signed((dU + dV) / h, 3)}"
        return f"(Δu + Δv)/h = {parts}: the growths add."

    def product(ax, U, V, dU, dV, h):
        bar(ax, 0, 0, U, V, TRUTH, "u·v")
        bar(ax, U, 0, dU, V, TANGENT, "Δu·v", (1, 0))
        bar(ax, 0, V, U, dV, PATH, "u·Δv", (0, 1))
        bar(ax, U, V, dU, dV, GRADIENT, "Δu·Δv", (1, 1))
        sides, corner = (dU * V + U * dV) / h, dU * dV / h
        added = f"the corner Δu·Δv adds {signed(corner, 3)}, which fades with h"
        return f"Per h the two sides give {signed(sides, 3)}; {added}."

    def quotient(ax, U, V, dU, dV, h):
        q, dq = U / V, (U + dU) / (V + dV) - U / V
        bar(ax, 0, 0, V, q, TRUTH, "area u")
        bar(ax, V, 0, dV, q, PATH, "q·Δv", (1, 0))
        bar(ax, 0, q, V, dq, TANGENT, "v·Δq", (0, 1))
        bar(ax, V, q, dV, dq, GRADIENT, "Δv·Δq", (1, 1))
        told = "Width v, height q = u/v: v·Δq is what Δu leaves after q·Δv, and a corner that fades with h, are paid."
        return f"{told} Δq/h = {signed(dq / h, 3)} ≈ (u′ − q·v′)/v = (u′v − uv′)/v²."

    def marks(ax, rule="product", x=at, h=first):
        U, V, dU, dV = u(x), v(x), u(x + h) - u(x), v(x + h) - v(x)
        return {"sum": total, "product": product, "quotient": quotient}[rule](ax, U, V, dU, dV, h)

    alt = "Bars and rectangles of sides u and v, with strips for what each adds while x grows by h."
    labels = {"x": "point x", "h": "growth h"}
    names = ["sum", "product", "quotient"]
    return explore(marks, scene, rule=names, x=x, h=h, size=(7, 2.9), alt=alt, labels=labels)


def stretched(inner, outer, x=(-1.6, 1.6), h=(0.01, 0.5), *, at=0.8, first=0.3):
    """The chain rule on three number lines: h becomes Δu = g′·h, and Δu becomes Δy = f′·Δu. Controls: x, h."""
    grid = np.linspace(x[0], x[1] + h[1], 400)
    u = sampled(inner, grid)
    low, high = window(grid, u, sampled(outer, u))

    def scene(ax):
        ax.set(xlim=(low - 0.6, high), ylim=(-0.5, 2.6), yticks=[2, 1, 0], yticklabels=["x", "u = g(x)", "y = f(u)"])
        ax.hlines([2, 1, 0], low, high, color=QUIET, linewidth=1)

    def marks(ax, x=at, h=first):
        begin, end = np.array([[z, inner(z), outer(inner(z))] for z in (x, x + h)]).T.reshape(3, 2).T
        for height, a, b, color in zip((2, 1, 0), begin, end, (TRUTH, PATH, TANGENT), strict=True):
            ax.plot([a, b], [height, height], color=color, linewidth=4, solid_capstyle="butt")
            dot(ax, a, height, color=color)
            head = ">" if b > a else "<" if b < a else ""  # which points even where the arrow is short
            ax.plot(b, height, head, color=color, markersize=9)
        ruler(ax, *zip(begin, (2, 1, 0), strict=True))
        ruler(ax, *zip(end, (2, 1, 0), strict=True))
        (dx, du, dy) = end - begin
        first_stretch, second_stretch = du / dx, dy / du if du else np.nan
        tag(ax, f"× {signed(first_stretch)}", ((begin[0] + begin[1]) / 2, 1.5), (8, 0), color=PATH)
        tag(ax, f"× {signed(second_stretch)}", ((begin[1] + begin[2]) / 2, 0.5), (8, 0), color=TANGENT)
        if not np.isfinite([first_stretch, second_stretch]).all():
            return f"A step h = {number(h)} at x = {signed(x)} is stretched to nothing, or to no number."
        both = f"{signed(first_stretch, 3)} × {signed(second_stretch, 3)} = {signed(dy / dx, 3)}"
        return f"A step h = {number(h)} at x = {signed(x)} is stretched twice: {both} per step."

    alt = "Three number lines for x, u and y, and on each an arrow: the step h, and what each function makes of it."
    labels = {"x": "point x", "h": "step h"}
    return explore(marks, scene, x=x, h=h, pointer="x", size=(7, 3.4), alt=alt, labels=labels)


def area_so_far(f, x=(0.0, 3.0), n=(1, 60), *, first=8):
    """Above, strips from the left end to b; below, the area so far and its slope. Controls: the rule, n, b."""
    grid, area = running_integral(lambda z: sampled(f, z), *x, 1200)
    end = 0.3 * x[0] + 0.7 * x[1]
    heights = {"left": lambda a, b: f(a), "middle": lambda a, b: f((a + b) / 2), "right": lambda a, b: f(b)}

    def scene(axes):
        top, bottom = axes
        curve(top, f, grid, color=TRUTH)
        top.axhline(0, color=QUIET, linewidth=1)
        top.set(ylabel="f(x)", xlim=x, ylim=window(sampled(f, grid), [0]), xticklabels=[])
        bottom.plot(grid, area, color=QUIET, linewidth=1, linestyle="--")
        bottom.set(xlabel="b", ylabel="area from the left end to b", xlim=x, ylim=window(area, [0]))

    def marks(axes, rule="left", n=first, b=end):
        top, bottom = axes
        edges = np.linspace(x[0], b, n + 1)
        strip = np.array([heights[rule](a, c) for a, c in zip(edges[:-1], edges[1:], strict=True)], dtype=float)
        found, true, seen = strip @ np.diff(edges), np.interp(b, grid, area), grid <= b
        top.stairs(strip, edges, fill=True, color=PATH, alpha=0.25)
        top.stairs(strip, edges, color=PATH, linewidth=1)
        top.vlines(edges[1:-1], 0, strip[1:], color=PATH, linewidth=0.6)
        dot(top, b, f(b), color=TANGENT, clip_on=False)
        bottom.plot(grid[seen], area[seen], color=TRUTH)
        straight(bottom, b, true, f(b), color=TANGENT, linestyle="--", linewidth=1.5)
        dot(bottom, b, found, color=PATH, clip_on=False)
        if not np.isfinite([found, true, f(b)]).all():
            return f"Up to b = {signed(b)} the curve is not a number everywhere, and so no area is."
        height = f"The slope of the area at b is the height there: f({signed(b)}) = {signed(f(b), 3)}."
        strips = f"{n} strips cover" if n > 1 else "One strip covers"
        return f"{strips} {signed(found, 3)}; the area up to b = {signed(b)} is {signed(true, 3)}. {height}"

    alt = (
        "Above a curve with strips under it from the left end to b. Below the area so far against b, with a tangent "
        "whose slope is the height of the curve at b, and a dot for the sum of the strips."
    )
    controls = {"rule": list(heights), "n": n, "b": x}
    labels = {"n": "strips n", "b": "right end b"}
    return explore(marks, scene, **controls, pointer="b", panels=(2, 1), size=(7, 5.4), alt=alt, labels=labels)


def fitted_line(area, price, w=(0.0, 5.0), b=(-1.0, 1.0), *, at=1.0):
    """Left the data and the line price = w·area + b, right the mean squared error against w. Controls: w, b."""
    area, price = np.asarray(area, dtype=float), np.asarray(price, dtype=float)
    grid, ends = np.linspace(*w, 201), np.array([0, 1.1 * area.max()])
    near = 2 * np.mean(area**2) * 0.03  # the slope at 0.03 from the bottom: the slider has a stop closer than that

    def loss(w, b):
        return np.mean((np.multiply.outer(w, area) + b - price) ** 2, axis=-1)

    def scene(axes):
        left, right = axes
        left.plot(area, price, "o", color=TRUTH)
        left.set(xlabel="area", ylabel="price", xlim=ends, ylim=(b[0], 1.25 * price.max()))
        left.axhline(0, color=QUIET, linewidth=1)
        right.set(xlabel="w", ylabel="mean squared error", xlim=w, ylim=window(loss(grid, b[0]), loss(grid, b[1]), [0]))

    def marks(axes, w=at, b=0.0):
        left, right = axes
        slope = derivative(lambda w: loss(w, b), w)
        left.vlines(area, price, w * area + b, color=QUIET, linewidth=1)
        left.plot(ends, w * ends + b, color=PATH)
        right.plot(grid, loss(grid, b), color=TRUTH)
        straight(right, w, loss(w, b), slope, color=TANGENT, linestyle="--", linewidth=1.5)
        dot(right, w, loss(w, b), color=PATH, clip_on=False)
        advice = "raise w" if slope < -near else "lower w" if slope > near else "leave w"
        told = f"At w = {w:.2f}, b = {signed(b)} the error is {loss(w, b):.3f}"
        return f"{told} and its slope in w {signed(slope, 3)}: {advice}."

    alt = "Left: price against area, a line, and its misses. Right: the mean squared error against w, with its tangent."
    labels = {"w": "slope w", "b": "offset b"}
    return explore(marks, scene, w=w, b=b, panels=2, size=(7.6, 3.8), alt=alt, labels=labels)
