"""The graph of an expression, step by step: values run down its wires, slopes run back up."""

from itertools import combinations

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from calclib.autodiff import graph
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.layered import layered
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH

__all__ = ["stepper"]

MOST = 60  # nodes that a picture can hold
WIDTH, TALL = 7.6, 5.5  # inches, as all sizes here; a smaller picture is enlarged
SCREEN, SMALLEST = 7.0, 0.85  # a taller picture is made smaller, but no text below 85 %
NARROW = 3.0  # the least width
HALF = np.array([0.39, 0.225])  # half a box
LINE = 0.14  # of text
LYING = 0.58, 1.6  # from box to box within a layer and from layer to layer, which is less for 6 layers, the most
STANDING, DEEP = (0.92, 0.68), (0.92, 0.62)  # from top to bottom, up to 12 layers and beyond
MANY = 8  # wires that arrive at one box
ACROSS = 8  # boxes side by side: with more the places shrink and the boxes are staggered
CORNERS = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])


def stepper(y, *, step=None):
    """The graph of y, an expression of Vars: its values on the way forward, slopes on the way back. Controls: step.

    The scene has all the numbers; the marks cover those that are not known yet. y may be of a class of one's own,
    with value, name, edges and born as `Var` has them.
    """
    nodes, edges = _read(y)
    places, wires, labels = _drawn(len(nodes), edges)
    widths = np.array([_wide(number(slope)) for *_, slope in edges])
    labels = _apart(labels, widths)
    made = [k for k, node in enumerate(nodes) if list(node.edges)]
    into = {k: [e for e, edge in enumerate(edges) if edge[1] == k] for k in made}
    grads = _gradients(edges, [into[k] for k in reversed(made)], len(nodes))
    turn, last = len(made) + 1, 2 * len(made) + 1
    low, high = _bounds(places, wires, labels, widths)
    wide, tall = high - low
    zoom = float(np.clip(TALL / tall, 1, min(WIDTH / wide, 1.4)) if tall < SCREEN else max(SCREEN / tall, SMALLEST))
    font = {"fontsize": 8 * zoom}

    def scene(ax):
        ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]))
        ax.axis("off")
        _lines(ax, wires, color=QUIET, linewidth=1, zorder=1)
        _shapes(ax, _boxes(places), facecolor="white", edgecolor=QUIET, linewidth=1, zorder=3)
        for label, (*_, slope) in zip(labels, edges, strict=True):
            _slope(ax, label, slope, **font)
        for place, node, grad in zip(places, nodes, grads[-1], strict=True):
            _write(ax, place, -1, node.name if len(node.name) < 10 else f"{node.name[:8]}…", weight="bold", **font)
            _write(ax, place, 0, number(node.value), color=TRUTH, **font)
            _write(ax, place, 1, f"∂ {number(grad)}", color=GRADIENT, **font)

    def marks(ax, step=last if step is None else step):
        known = grads[max(0, step - turn + 1)]
        awaited = [k for k in range(len(nodes)) if known[k] is not grads[-1][k]]
        later = [e for k in made[step:] for e in into[k]]
        unmade = made[step:]
        slopes = (
            labels[later][:, None] + CORNERS * np.column_stack([widths[later], 0 * widths[later] + LINE])[:, None] / 2
        )
        covers = [_boxes(places[unmade], 0), _boxes(places[awaited], 1), slopes]
        _shapes(ax, np.concatenate(covers), facecolor="white", zorder=4)
        _lines(ax, [wires[e][-2:] for e in later], color=QUIET, linewidth=1, zorder=4)
        _shapes(
            ax, _boxes(places[: len(places) * bool(later)]), facecolor="none", edgecolor=QUIET, linewidth=1, zorder=4
        )
        for k in awaited:
            if known[k] is not None:
                _write(ax, places[k], 1, f"∂ {number(known[k])} …", color=GRADIENT, **font)
        if step == 0:
            return f"Step 0 of {last}: the inputs hold their values; nothing is computed yet."
        now = made[step - 1] if step < turn else len(nodes) - 1 if step == turn else made[last - step]
        busy = into.get(now, []) if step != turn else []
        paths = [wires[e] if step < turn else wires[e][::-1] for e in busy]
        _flow(ax, paths, TRUTH if step < turn else GRADIENT)
        if len(busy) <= MANY:
            hidden = {*busy, *later}
            for e in _under(paths, labels, widths) - hidden:
                _slope(ax, labels[e], edges[e][2], **font)
            for e in busy:
                _slope(ax, labels[e], edges[e][2], weight="bold", **font)
        _shapes(ax, _boxes(places[now]), facecolor="none", edgecolor=PATH, linewidth=2, zorder=6)
        return f"Step {step} of {last}. {_told(step - turn, now, nodes, known, [edges[e] for e in busy])}"

    alt = (
        f"A graph of {len(nodes)} boxes from the inputs to the result. Each box has a name, a value and "
        "a gradient, each wire a local slope; the ones that are not known yet at this step are empty."
    )
    return explore(marks, scene, step=range(last + 1), size=(float(zoom * wide), float(zoom * tall)), alt=alt)


def _read(y):
    """The nodes of y, parents first, and its edges (parent, child, slope); a sentence for what has none."""
    if not all(hasattr(y, name) for name in ("value", "name", "edges", "born")):
        raise TypeError(f"y is {y!r}: an expression of Vars, such as Var(2.0) * Var(3.0), would do")
    nodes, edges = graph(y)
    if len(nodes) > MOST:
        raise ValueError(f"y has a graph of {len(nodes):,} nodes: up to {MOST} can be read")
    return nodes, edges


def _gradients(edges, rounds, n):
    """What has arrived at each of n nodes before the way back, at its start, and after each round; None is nothing."""
    grads = [[None] * n, [None] * (n - 1) + [1.0]]
    for sending in rounds:
        now = list(grads[-1])
        for i, j, slope in (edges[e] for e in sending):
            now[i] = (now[i] or 0.0) + slope * now[j]
        grads.append(now)
    return grads


def _told(back, now, nodes, known, edges):
    """What happens at a step: `back` is negative on the way forward, 0 at the turn."""
    if back < 0:
        values = " and ".join(number(nodes[i].value) for i, *_ in edges[:4])
        return f"Forward: {nodes[now].name} makes {number(nodes[now].value)} of {values}."
    if back == 0:
        return "All values are known. The way back starts at the result, whose slope in itself is 1."
    shares = []
    for i, _, slope in edges[:4]:
        parent = number(nodes[i].value) if list(nodes[i].edges) else nodes[i].name or number(nodes[i].value)
        shares.append(f"{number(known[now])} · {number(slope)} = {number(known[now] * slope)} to {parent}")
    return f"Back through {nodes[now].name}: it sends {', '.join(shares)}{' …' * (len(edges) > 4)}."


def _drawn(n, edges):
    """Places (n, 2) of the boxes in inches, and for each edge a wire (points, 2) and where its slope is written."""
    spots, routes = layered(n, [edge[:2] for edge in edges])
    layer = spots[:, 1].astype(int)
    lying = layer.max() < 6 and np.ptp(spots[:, 0]) < ACROSS
    half = HALF[::-1] if lying else HALF
    beside, along = LYING if lying else STANDING if layer.max() < 12 else DEEP
    if lying:
        along = min(along, 6.6 / max(1, layer.max()))
    middle, span = (spots[:, 0].max() + spots[:, 0].min()) / 2, np.ptp(spots[:, 0])
    beside *= min(1, (ACROSS - 1) / max(span, 1))

    places, ends, start = np.zeros((n, 2)), [], 0.0
    places[:, 0] = (spots[:, 0] - middle) * beside
    for k in range(layer.max() + 1):
        own = np.flatnonzero(layer == k)[np.argsort(spots[layer == k, 0])]
        room = np.diff(places[own, 0]).min(initial=np.inf)
        crowd = int(np.ceil((2 * half[0] + 0.02) / room)) or 1  # boxes that share a place
        places[own, 1] = start + (2 * half[1] + 0.2) * (np.arange(own.size) % crowd)
        ends.append((start - half[1], places[own, 1].max() + half[1]))
        start = places[own, 1].max() + along

    wires, labels = [], np.zeros((len(edges), 2))
    for i, j, _ in edges:
        bends = [((x - middle) * beside, end) for x, k in routes[i, j][1:-1] for end in ends[k]]
        wires.append([places[i] + (0, half[1]), *bends, places[j] - (0, half[1])])
    for j in range(n):
        arriving = sorted((e for e, edge in enumerate(edges) if edge[1] == j), key=lambda e: wires[e][-2][0])
        pull = (
            0.88 if len(arriving) > MANY else 0.24 / (along - 2 * half[1]) if lying else 0.3
        )  # where many arrive there is room only afar
        for port, e in zip(np.linspace(-1, 1, len(arriving)), arriving, strict=True):
            wires[e][-1] = wires[e][-1] + (0.7 * half[0] * port * (len(arriving) > 1), 0)
            labels[e] = pull * np.array(wires[e][-2]) + (1 - pull) * wires[e][-1]
    turned = slice(None, None, -1 if lying else 1)
    return places[:, turned], [np.array(wire)[:, turned] for wire in wires], labels[:, turned]


def _bounds(places, wires, labels, widths):
    """The corners of what is drawn, boxes, wires and slopes, with room for a sentence where that is narrow."""
    sides = np.column_stack([widths / 2, 0 * widths + LINE / 2])
    points = np.concatenate([places - HALF, places + HALF, *wires, labels - sides, labels + sides])
    low, high = points.min(axis=0) - 0.08, points.max(axis=0) + 0.08
    room = np.array([max(0.0, NARROW - np.ptp([low[0], high[0]])) / 2, 0.0])
    return low - room, high + room


def _wide(text):
    """About how wide a slope's text is, in inches."""
    return 0.068 * len(text) + 0.09


def _apart(labels, wide):
    """The labels, moved sideways where two would run into one another."""
    labels = labels.copy()
    for _ in range(20):
        before = labels.copy()
        for i, j in combinations(range(len(labels)), 2):
            (x, y), room = labels[i] - labels[j], (wide[i] + wide[j]) / 2
            if abs(y) < LINE and abs(x) < room:
                labels[[i, j], 0] += np.array([0.5, -0.5]) * np.copysign(room - abs(x), x)
        if np.array_equal(labels, before):
            break
    return labels


def _under(paths, labels, widths):
    """Which labels (n, 2) a path runs over: those that would be struck out by it."""
    found = set()
    for start, end in ((a, b) for path in paths for a, b in zip(path[:-1], path[1:], strict=True)):
        along = np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / 0.02))
        away = np.abs(along[:, None] - labels) - np.column_stack([widths, np.full(len(widths), LINE)]) / 2
        found |= {int(e) for e in np.flatnonzero((away < 0).all(axis=2).any(axis=0))}
    return found


def _boxes(places, line=None, wide=0.94):
    """Rectangles (…, 4, 2): whole boxes, or one line of text in each."""
    places = np.reshape(places, (-1, 1, 2))
    if line is None:
        return places + CORNERS * HALF
    return places + (0, line * LINE) + CORNERS * (wide * HALF[0], LINE / 2)


def _shapes(ax, corners, **style):
    """Polygons with these corners (…, m, 2), as one patch: far cheaper than one for each."""
    closed = np.concatenate([corners, corners[:, :1]], axis=1)
    codes = np.full(closed.shape[:2], Path.LINETO)
    codes[:, 0], codes[:, -1] = Path.MOVETO, Path.CLOSEPOLY
    ax.add_artist(PathPatch(Path(closed.reshape(-1, 2), codes.ravel()), **style))


def _lines(ax, lines, **style):
    """Lines through points (m, 2), as one, with gaps."""
    gap = [(np.nan, np.nan)]
    points = np.concatenate([gap, *(part for line in lines for part in (line, gap))])
    ax.add_artist(Line2D(*points.T, solid_capstyle="butt", **style))


def _flow(ax, paths, color):
    """Thick lines along the paths, with heads at their ends; of many paths the heads alone, for the boxes' sake."""
    heads = []
    for path in paths:
        ahead = path[-1] - path[-2]
        ahead = 0.11 * ahead / np.hypot(*ahead)
        aside = 0.4 * ahead[::-1] * (-1, 1)
        heads.append([path[-1], path[-1] - ahead + aside, path[-1] - ahead - aside])
    if len(paths) <= MANY:
        _lines(ax, paths, color=color, linewidth=2, zorder=2)
    _shapes(ax, np.reshape(heads, (-1, 3, 2)), facecolor=color, zorder=2)


def _write(ax, place, line, text, **style):
    ax.text(place[0], place[1] + line * LINE, text, ha="center", va="center", zorder=5, **style)


def _slope(ax, place, slope, **style):
    box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "linewidth": 0}
    ax.text(*place, number(slope), color=TANGENT, ha="center", va="center", bbox=box, zorder=2.5, **style)
