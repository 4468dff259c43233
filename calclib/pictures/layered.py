"""Places for the nodes of a graph: a row for each layer, few crossings, every node near its neighbours.

The steps of Sugiyama, Tagawa and Toda (1981) in their plainest form, enough for graphs that a person can read.
"""

import numpy as np

__all__ = ["layered"]

SWEEPS = 12
WIRE = 0.3  # the room that a passing edge takes, of a node's 1


def layered(n, edges):
    """Where to draw nodes 0 … n − 1 of a graph whose edges (i, j) have i < j: places (n, 2) as (x, row), and routes.

    A node stands one row above the highest of those that it feeds; neighbours are at least 1 apart, wires less.
    Routes are {(i, j): its points from i to j}: an edge that passes other rows goes through a place of its own there.
    """
    row = np.zeros(n, dtype=int)
    for i, j in sorted(edges, key=lambda edge: -edge[1]):
        row[i] = min(row[i], row[j] - 1)
    row -= row.min(initial=0)
    wires = {(i, j): [i, *((i, between) for between in range(row[i] + 1, row[j])), j] for i, j in edges}
    rows = [list(np.flatnonzero(row == r)) for r in range(row.max(initial=0) + 1)]
    for passing in dict.fromkeys(p for wire in wires.values() for p in wire[1:-1]):
        rows[passing[1]].append(passing)
    links = {link for wire in wires.values() for link in zip(wire[:-1], wire[1:], strict=True)}
    x = _near(_untangled(rows, links), links)
    places = np.array([(x[i], row[i]) for i in range(n)])
    return places, {edge: [(x[p], row[p] if p in edge else p[1]) for p in wire] for edge, wire in wires.items()}


def _neighbours(links):
    above, below = {}, {}
    for i, j in links:
        above.setdefault(j, []).append(i)
        below.setdefault(i, []).append(j)
    return above, below


def _untangled(rows, links):
    """The rows, each ordered by where its nodes' neighbours stand on average: the best of all sweeps."""
    sides = _neighbours(links)
    best, fewest = rows, crossings(rows, links)
    for sweep in range(SWEEPS):
        at = {p: k - len(row) / 2 for row in rows for k, p in enumerate(row)}
        order = range(len(rows)) if sweep % 2 else reversed(range(len(rows)))
        for r in order:
            towards = {p: np.mean([at[q] for q in sides[1 - sweep % 2].get(p, [p])]) for p in rows[r]}
            rows = [*rows[:r], sorted(rows[r], key=towards.get), *rows[r + 1 :]]
            at |= {p: k - len(rows[r]) / 2 for k, p in enumerate(rows[r])}
        if (now := crossings(rows, links)) < fewest:
            best, fewest = rows, now
    return best


def crossings(rows, links):
    """How many pairs of links cross between neighbouring rows."""
    at = {p: (r, k) for r, row in enumerate(rows) for k, p in enumerate(row)}
    spans = np.array([(*at[i], at[j][1]) for i, j in links]).reshape(-1, 3)
    row, top, bottom = spans.T[:, :, None]
    return int(((row == row.T) & (top < top.T) & (bottom > bottom.T)).sum())


def _near(rows, links):
    """{node: x}: again and again each takes the mean of its neighbours, and crowded rows are pushed apart."""
    above, below = _neighbours(links)
    x = {p: k - (len(row) - 1) / 2 for row in rows for k, p in enumerate(row)}
    for sweep in range(4 * SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            wanted = [np.mean([x[q] for q in above.get(p, []) + below.get(p, [])] or [x[p]]) for p in row]
            room = np.array([WIRE if isinstance(p, tuple) else 1.0 for p in row])
            steps = np.cumsum(room) - room / 2
            slack = np.array(wanted) - steps
            pushed = np.maximum.accumulate(slack) + np.minimum.accumulate(slack[::-1])[::-1]
            x.update(zip(row, pushed / 2 + steps, strict=True))
    return x
