"""The checks of lesson 01: each decides by an independent formula, at inputs that tell the mistakes apart."""

import math
import warnings

import numpy as np

from calclib.checks import NotYet, exercise, expect
from calclib.checks.cases import judged
from calclib.checks.compare import agree
from calclib.differences import derivative
from calclib.integrals import integral, running_integral
from calclib.polynomials import horner

__all__ = [
    "best_step",
    "chain_slope",
    "horner_pair",
    "loss_slope",
    "product_slope",
    "quotient_slope",
    "sigmoid_slope",
    "slope",
    "trapezoid_sum",
]

LESSON = "01 Derivatives: how fast does it change?"


def exact_slope(f, x: float) -> float:
    """Im f(x + ih) / h with h = 1e-30, exact to rounding and free of any rule (Squire & Trapp 1998)."""
    return float(np.imag(f(x + 1e-30j)) / 1e-30)


def by_hand(got, wanted, at, mistakes):
    """`expect`, and NotYet for what is right to ten digits and no further: a formula is right to the last one."""
    expect(got, wanted, at=at, tol=1e-6, mistakes=mistakes)
    off = np.abs(np.asarray(got, dtype=float) - wanted)
    if np.any(off > 1e-12 * np.maximum(1.0, np.abs(wanted))):
        raise NotYet(
            f"{at} is right, but for {np.max(off):.0e}: it seems that a difference with a small h, or a rounded "
            "number, stands in it. Here the rules give it exactly."
        )


@exercise(without=(derivative,))
def slope(slope):
    """(f(x + h) − f(x − h)) / 2h: the secant through both neighbours, whose error shrinks as h²."""
    asked = []

    def cube(x):
        asked.extend(np.ravel(x))
        return x**3

    x, h = 3.0, 0.2
    left, here, right = (x - h) ** 3, x**3, (x + h) ** 3
    got = slope(cube, x, h)
    if set(asked) == {x} and agree(got, 1.0):
        raise NotYet("f was asked at x alone: h belongs inside the brackets, f(x + h).")
    if asked and max(abs(np.array(asked) - x)) < h / 4:
        raise NotYet(f"h = {h} was given, and f was looked at much closer to x: the h passed in is not used.")
    expect(
        got,
        3 * x**2 + h**2,
        at="slope(f, 3, h=0.2) for f(x) = x³",
        mistakes={
            "this is the forward difference; the central one uses f(x + h) and f(x - h).": (right - here) / h,
            "this is the backward difference; the central one uses f(x + h) and f(x - h).": (here - left) / h,
            "twice too large: is the 2 in 2h missing?": (right - left) / h,
            "twice too small: f(x + h) - f(x - h) spans 2h, so divide by 2h once.": (right - left) / (4 * h),
            "f(x + h) - f(x) spans h, not 2h; the central difference uses f(x - h).": (right - here) / (2 * h),
            "the division by 2h is missing.": right - left,
            "only f(x - h) is divided: put f(x + h) - f(x - h) in brackets.": right - left / (2 * h),
            "the division is by 2 alone; the two points are 2h apart.": (right - left) / 2,
            "in Python a / 2 * h multiplies by h: put 2 * h in brackets.": (right - left) / 2 * h,
            "the sign is turned: it is f(x + h) - f(x - h), in this order.": (left - right) / (2 * h),
            "the fraction is lost: divide by /, not by //.": 3 * x**2,
            "the two values are added; how much they differ is what counts.": (left + right) / (2 * h),
            "the division is by 2x; the two points are 2h apart.": (right - left) / (2 * x),
            "the points are h apart now, x + h/2 and x - h/2, and the division is still by 2h.": (
                3 * x**2 / 2 + h**2 / 8
            ),
            "this is the second derivative's formula.": 6 * x,
            "this is the slope of x²; f is whatever was passed in, so call f.": 2 * x,
            "the neighbours are x + h and x - h, a whole h away each.": 3 * x**2 + h**2 / 4,
            "the neighbours are x + h and x - h, one h away each, not two.": 6 * x**2 + 8 * h**2,
        },
    )
    expect(
        slope(lambda x: 1 / x, 1.0, 0.5),
        -4 / 3,
        at="slope(f, 1, h=0.5) for f(x) = 1/x",
        mistakes={"where f falls the slope is negative: no abs().": 4 / 3},
    )
    expect(
        slope(np.sin, 1.0, 1e-5),
        math.cos(1.0),
        at="slope(np.sin, 1.0)",
        tol=1e-8,
        mistakes={"this takes x in degrees; leave x as it is, in radians.": math.cos(math.radians(1.0))},
    )


@exercise
def best_step(forward_h: float, central_h: float):
    """Truncation and round-off balance near √ε for the forward and near ∛ε for the central difference."""
    if min(forward_h, central_h) <= 0:
        raise NotYet(f"{min(forward_h, central_h):g} came: a step is a length above zero, such as 1e-3.")
    if good(forward, central_h) and good(central, forward_h) and not good(forward, forward_h):
        raise NotYet("The two are swapped: the forward difference comes first.")
    for name, rule, h in (("forward_h", forward, forward_h), ("central_h", central, central_h)):
        if not good(rule, h):
            small = h < STEPS[np.argmin([error(rule, step) for step in STEPS])]
            cure = "too small: round-off" if small else "too large: truncation"
            raise NotYet(
                f"{name} = {h:g} errs by {error(rule, h):.0e}, while {least(rule):.0e} can be had: "
                f"h is {cure} makes most of it."
            )


STEPS = np.logspace(-12, -1, 111)


def forward(h):
    return (np.exp(1.0 + h) - np.exp(1.0)) / h


def central(h):
    return (np.exp(1.0 + h) - np.exp(1.0 - h)) / (2 * h)


def miss(rule, h):
    with np.errstate(all="ignore"):
        return abs(rule(h) - math.e)


def error(rule, h: float) -> float:
    """Root mean square error of `rule` at x = 1 over steps near h, since round-off jumps about."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(miss(rule, h * np.linspace(0.8, 1.25, 101)) ** 2)))


def least(rule) -> float:
    return min(error(rule, step) for step in STEPS)


def good(rule, h: float) -> bool:
    """Whether h comes within a factor of 3 of the smallest error, usually or, as one's own V-curve may say, by luck."""
    return min(error(rule, h), miss(rule, h)) <= 3 * least(rule)


@exercise(without=(derivative,))
def product_slope(product_slope):
    """(uv)′ = u′v + uv′: each factor changes while the other waits."""
    for x in (1.3, -0.7, 2.0):
        first, second = 2 * x * math.sin(x), x**2 * math.cos(x)
        by_hand(
            product_slope(x),
            exact_slope(lambda z: z**2 * np.sin(z), x),
            at=f"product_slope({x})",
            mistakes={
                "this is the product of the derivatives, u'v'; the rule is u'v + uv'.": 2 * x * math.cos(x),
                "this is the sum of the derivatives, u' + v'; the rule is u'v + uv'.": 2 * x + math.cos(x),
                "u'v is there; uv' is missing.": first,
                "uv' is there; u'v is missing.": second,
                "the derivative of sin is cos, without a minus sign; and u'v + uv' is a sum.": first - second,
                "this is u'v with the sign turned.": second - first,
                "the derivative of sin is cos; here sin itself stands in uv'.": first + x**2 * math.sin(x),
                "u'v and uv' are multiplied; they are to be added.": first * second,
                "uv' has lost its u, x².": first + math.cos(x),
                "cos is taken at x²; sin x keeps its x, so cos x.": first + x**2 * math.cos(x**2),
                "the derivative of x² is 2x; here it is x.": x * math.sin(x) + second,
                "the derivative of x² is 2x; here it is 2.": 2 * math.sin(x) + second,
                "uv' keeps u as it is: x², not x.": first + x * math.cos(x),
                "this is the function itself, not its slope.": x**2 * math.sin(x),
            },
        )


@exercise(without=(derivative,))
def quotient_slope(quotient_slope):
    """(u/v)′ = (u′v − uv′)/v²: the top's growth lifts the quotient, the bottom's growth lowers it."""
    for x in (1.3, -0.7, 2.5):
        u, du, v, dv = math.sin(x), math.cos(x), x**2, 2 * x
        by_hand(
            quotient_slope(x),
            exact_slope(lambda z: np.sin(z) / z**2, x),
            at=f"quotient_slope({x})",
            mistakes={
                "this is the quotient of the derivatives, u'/v'; the rule is (u'v - uv')/v².": du / dv,
                "the subtraction is the wrong way round: u'v comes first.": (u * dv - du * v) / v**2,
                "the denominator is not squared.": (du * v - u * dv) / v,
                "the derivative of sin is +cos.": (-du * v - u * dv) / v**2,
                "the derivative of x² is 2x.": (du * v - u * 2) / v**2,
                "the derivative of x² is 2x; here it is x.": (du * v - u * x) / v**2,
                "the bottom is v², the square of x² itself; here it is (v')².": (du * v - u * dv) / dv**2,
                "the bottom is v², which is x⁴; in Python a / 2 * x**2 multiplies by x².": (du * v - u * dv) / 2 * v,
                "u'v and uv' are added; the rule subtracts them.": (du * v + u * dv) / v**2,
                "u'v/v² is there; uv'/v² is to be subtracted.": du / v,
                "only u'v is divided: put u'v - uv' in brackets.": du * v - u * dv / v**2,
                "the denominator is missing.": du * v - u * dv,
                "v is missing beside u'.": (du - u * dv) / v**2,
                "u is missing beside v'.": (du * v - dv) / v**2,
                "u' goes with v, and v' with u.": (du * dv - u * v) / v**2,
                "sin has the slope cos; here u'v has sin itself.": (u * v - u * dv) / v**2,
                "uv' keeps u as it is, sin x; here it is cos x.": (du * v - du * dv) / v**2,
                "uv'/v² is there; u'v/v² is missing.": -u * dv / v**2,
                "the bottom is v², which is x⁴, not 2x².": (du * v - u * dv) / (2 * v),
                "the bottom is v², the square of x², not of sin x.": (du * v - u * dv) / u**2,
                "this is the slope of the product, not of the quotient.": du * v + u * dv,
                "this is the function itself, not its slope.": u / v,
            },
        )


@exercise(without=(horner, np.polyval, np.polyder, np.poly1d.deriv))
def horner_pair(horner_pair):
    """One pass gives both: slope ← slope·x + value, then value ← value·x + c."""
    for c, x in (([3, 2, -5, 1], 2.0), ([1.0, 0.0, -2.0], -1.5), ([4.0, -1.0], 3.0)):
        value, slope = np.polyval(c, x), np.polyval(np.polyder(c), x)
        parts = [np.polyval(c[:k], x) for k in range(1, len(c))]
        backwards = np.polyval(c[::-1], x), np.polyval(np.polyder(c[::-1]), x)
        by_hand(
            horner_pair(list(c), x),
            np.array([value, slope]),
            at=f"horner_pair({c}, {x})",
            mistakes={
                "the coefficients are read from the wrong end; the first is of the highest power.": backwards,
                "slope is updated after value: it needs the value from before, so update slope first.": (
                    value,
                    value + x * slope,
                ),
                "value is updated before slope: slope needs the old value, so update slope first.": (
                    value,
                    value + x * slope - c[0] * x ** (len(c) - 1),
                ),
                "the pair is swapped: the value comes first.": (slope, value),
                "the value is right; the slope is never updated.": (value, 0.0),
                "the value is right; the slope comes back as the value again.": (value, value),
                "the value is right; the old slope must be multiplied by x too.": (value, sum(parts)),
                "the value is right; slope·x is missing from the update of the slope.": (value, parts[-1]),
                "the value is right; slope·x + value multiplies the slope alone by x.": (value, x * slope),
                "the value is right; it is the slope that is multiplied by x, not the value.": (value, x * sum(parts)),
                "value begins at 1; it begins at 0.": starting(c, x, 1.0),
                "value begins with the first coefficient, which the loop then takes again: begin at 0.": starting(
                    c, x, c[0]
                ),
                "the last coefficient is left out.": (parts[-1], np.polyval(np.polyder(c[:-1]), x)),
                "this is the value alone; the pair (value, slope) is wanted.": value,
                "this is the slope alone; the pair (value, slope) is wanted.": slope,
                "`return` stands inside the loop, which ends with the first coefficient: indent it less.": (c[0], 0.0),
                "`return` stands inside the loop, which ends in its first round: indent it less.": (
                    c[0] * x + c[1],
                    c[0],
                ),
            },
        )
    expect(horner_pair([7.0], 2.0), (7.0, 0.0), at="horner_pair([7.0], 2.0), a constant")


def starting(c, x, value):
    """What the loop gives that begins with this value: Horner's scheme with one more coefficient in front."""
    return np.polyval([value, *c], x), np.polyval(np.polyder([value, *c]), x)


@exercise(without=(derivative,))
def sigmoid_slope(sigmoid_slope):
    """σ′ = σ(1 − σ): at most 1/4, the same at x and −x, and 0 far out without any overflow."""
    for x in (1.5, -2.0, 0.0):
        s, e = 1 / (1 + math.exp(-x)), math.exp(-x)
        by_hand(
            sigmoid_slope(x),
            exact_slope(lambda z: 1 / (1 + np.exp(-z)), x),
            at=f"sigmoid_slope({x})",
            mistakes={
                "this is the sigmoid s itself; its slope is s(1 - s).": s,
                "this is 1 - s, or e⁻ˣ/(1 + e⁻ˣ): the square of the denominator is missing.": 1 - s,
                "the sign is turned: the sigmoid rises everywhere.": -s * (1 - s),
                "the sign in the brackets is turned: s(1 - s), not s(1 + s).": s * (1 + s),
                "the sign is turned, and s is missing: it is s(1 - s).": s - 1,
                "e⁻ˣ/1 + e⁻²ˣ came out: put 1 + e⁻ˣ in brackets.": e + e**2,
                "this is s², 1/(1 + e⁻ˣ)²: the inner derivative e⁻ˣ is missing.": s**2,
                "this is 1 - s², which belongs to tanh; the sigmoid has s(1 - s).": 1 - s**2,
                "x(1 - x) needs the sigmoid of x in place of x: s(1 - s).": x * (1 - x),
                "s * 1 - s is 0: put 1 - s in brackets.": 0.0,
                "0.25 is its top, at x = 0; elsewhere the sigmoid is flatter.": 0.25,
                "both exponentials are to have |x|, or both x.": math.exp(-abs(x)) / (1 + e) ** 2,
                "both exponentials are to have x, or both |x|.": e / (1 + math.exp(-abs(x))) ** 2,
            },
        )
    for x in (-1000.0, 1000.0):
        expect(far_out(sigmoid_slope, x), 0.0, at=f"sigmoid_slope({x:g})")


def far_out(f, x: float):
    """f(x), or NotYet if it overflows on the way."""
    cure = "the slope is the same at x and -x, so e^(-|x|), which never overflows, will do."
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            got = f(x)
        except OverflowError:
            raise NotYet(f"At x = {x:g} the exponential overflows: {cure}") from None
    if any(issubclass(w.category, RuntimeWarning) for w in caught) or str(got) == "nan":
        raise NotYet(f"At x = {x:g} the exponential overflows (NumPy warns, or the answer is nan): {cure}")
    return got


@exercise(without=(derivative,))
def chain_slope(chain_slope):
    """(f(g(x)))′ = f′(g(x))·g′(x): the outer slope, taken at g(x), times the inner slope."""
    for x in (1.3, -0.7, 2.0):
        by_hand(
            chain_slope(x),
            exact_slope(lambda z: np.sin(z**2), x),
            at=f"chain_slope({x})",
            mistakes={
                "the inner derivative, 2x, is forgotten.": math.cos(x**2),
                "cos is taken at x; its place is the inner value x².": 2 * x * math.cos(x),
                "the inner derivative went inside cos; it multiplies from outside.": math.cos(2 * x),
                "the derivative of sin is cos; here sin itself was kept.": 2 * x * math.sin(x**2),
                "the sign is turned: the derivative of sin is +cos.": -2 * x * math.cos(x**2),
                "the derivative of sin is cos; here it is -sin.": -2 * x * math.sin(x**2),
                "the slopes are added; along a chain they multiply.": 2 * x + math.cos(x**2),
                "the 2 of the inner derivative 2x is missing.": x * math.cos(x**2),
                "the x of the inner derivative 2x is missing.": 2 * math.cos(x**2),
                "it is multiplied by the inner value x²; the inner slope is 2x.": x**2 * math.cos(x**2),
                "(cos x)² is not cos(x²): the square is taken first.": 2 * x * math.cos(x) ** 2,
                "the inner slope stands inside cos; it multiplies from outside.": math.cos(x**2 * 2 * x),
                "cos is taken at the slope 2x; its place is the inner value x².": 2 * x * math.cos(2 * x),
                "this is the slope of (sin x)², where the square comes last.": math.sin(2 * x),
                "this is the function itself, not its slope.": math.sin(x**2),
            },
        )


@exercise(without=(np.trapezoid, integral, running_integral))
def trapezoid_sum(trapezoid_sum):
    """Width times (half the ends plus all between): the error shrinks as 1/n²."""

    def f(x):
        return x**3 + 1

    def case(a, b, n):
        x, width = np.linspace(a, b, n + 1), (b - a) / n
        y = f(x)
        area, strips = np.trapezoid(y, x), width * (y[:-1] + y[1:]) / 2
        few = f(np.linspace(a, b, n))
        fewer, inner = np.trapezoid(few, np.linspace(a, b, n)), few.sum() - (few[0] + few[-1]) / 2
        from_0 = np.trapezoid(f(x - a), x)
        return (
            trapezoid_sum(f, a, b, n),
            area,
            f"trapezoid_sum(f, {a:g}, {b:g}, {n}) for f(x) = x³ + 1",
            {
                "the heights are added without the width (b - a)/n of a strip.": area / width,
                "each height is to be multiplied by the width (b - a)/n, and the ends count by half.": y.sum(),
                "a left sum, without the width (b - a)/n; a trapezoid has the mean of both sides.": y[:-1].sum(),
                "a right sum, without the width (b - a)/n; a trapezoid has the mean of both sides.": y[1:].sum(),
                "this is the left sum; a trapezoid has the mean of both its sides.": width * y[:-1].sum(),
                "this is the right sum; a trapezoid has the mean of both its sides.": width * y[1:].sum(),
                "this is the midpoint sum.": width * f((x[:-1] + x[1:]) / 2).sum(),
                "n strips need n + 1 points; with n points there is one strip too few.": fewer,
                "n strips need n + 1 points: linspace(a, b, n) cuts n - 1 strips, wider than (b - a)/n.": width * inner,
                "the end points count whole; each belongs to one strip only, so by half.": width * y.sum(),
                "the end points are missing; they count by half.": width * y[1:-1].sum(),
                "twice too large: the mean of both sides is half their sum.": 2 * area,
                "the width is b - a, of the whole; a strip has (b - a)/n.": n * area,
                "the sign is turned: the width is (b - a)/n.": -area,
                "the mean of the n + 1 heights counts the ends whole; they count by half.": y.mean() * (b - a),
                "the last strip is missing: n strips need n + 1 points, b itself among them.": np.trapezoid(
                    y[:-1], x[:-1]
                ),
                "this is one trapezoid over the whole; there are to be n.": (y[0] + y[-1]) / 2 * (b - a),
                "only one of both sides is halved: put their sum in brackets.": (y[:-1] + y[1:] / 2 * width).sum(),
                "an area below the axis counts as negative: no abs().": abs(area),
                "a strip below the axis counts as negative: no abs().": abs(strips).sum(),
                "these are the strips one by one; their sum is wanted.": strips,
                "the width of a strip is (b - a)/n, not 1/n.": area / (b - a),
                "the two sides are subtracted; the height is the mean of both.": width * (y[:-1] - y[1:]).sum() / 2,
                "the strips begin at 0; they begin at a.": from_0,
                "the slice ends too early: y[1:-1] has all points between the ends.": area - width * y[-2] * (n > 1),
            },
        )

    judged((case(*these) for these in ((1.0, 3.0, 5), (-1.0, 2.0, 4), (0.0, 2.0, 1), (-3.0, 0.0, 3))), tol=1e-9)


@exercise(without=(derivative,))
def loss_slope(loss_slope):
    """d/dw of the mean of (w·area + b − price)² is the mean of 2·(w·area + b − price)·area."""
    four = np.array([0.5, 1.0, 2.0, 3.0]), np.array([0.5, 1.5, 3.5, 7.0])
    three = np.array([1.0, 2.5, 4.0]), np.array([2.0, 4.0, 9.0])

    def case(w, b, area, price):
        error = w * area + b - price
        terms = 2 * error * area
        wanted = exact_slope(lambda w: np.mean((w * area + b - price) ** 2), w)
        return (
            loss_slope(w, b, area, price),
            wanted,
            f"loss_slope({w}, {b}, area, price) for area = {area.tolist()} and price = {price.tolist()}",
            {
                "the 2 from the square is missing.": wanted / 2,
                "the inner derivative, area, is forgotten; so this is the slope in b.": np.mean(2 * error),
                "the inner derivative, area, and the 2 are both missing.": np.mean(error),
                "the sign is turned: the error is w·area + b - price.": -wanted,
                "this is the sum; the loss is the mean.": terms.sum(),
                "this is the sum, not the mean, and the 2 from the square is missing.": terms.sum() / 2,
                "this is one slope for each flat; the loss is their mean.": terms,
                "area belongs inside the mean: each error is multiplied by its own area.": np.mean(2 * error)
                * np.mean(area),
                "this is the loss itself, not its slope.": np.mean(error**2),
                "the error is squared still; its square has the slope 2·error.": np.mean(2 * error**2 * area),
                "area multiplies price alone: put the error in brackets.": np.mean(2 * (w * area + b - price * area)),
                "w is missing from the error.": np.mean(2 * (area + b - price) * area),
                "price is added; the error is w·area + b - price.": np.mean(2 * (w * area + b + price) * area),
                "this is the sum of the slopes in b; the mean, and the inner derivative area, are missing.": (
                    np.sum(2 * error)
                ),
                "b is left out of the error.": np.mean(2 * (w * area - price) * area),
                "the inner derivative is area, not w: w is what changes.": np.mean(2 * error * w),
                "the mean divides by the number of flats already; here it is divided twice.": wanted / len(area),
                "the 2 is divided away: the mean is over the number of flats, and 1/(2·n) stands where 2/n should.": (
                    wanted / 4
                ),
                "the error is squared still, and the 2 is missing; its square has the slope 2·error.": np.mean(
                    error**2 * area
                ),
                "area belongs inside the mean; and the answer is one number.": 2 * np.mean(error) * area,
                "the errors keep their signs; here they are all taken as positive.": np.mean(2 * abs(error) * area),
            },
        )

    judged((case(1.5, 0.25, *four), case(4.0, -1.0, *three)), by_hand)
