"""Text as SVG path data. The outline of a letter is written once, relative to where it stands, and then only placed:
a text is one path, and moving numbers cost little more than finding out where their digits go."""

from functools import lru_cache

from matplotlib.path import Path
from matplotlib.textpath import TextToPath

__all__ = ["LETTERS", "Letters", "text_path"]

UNITS = 64  # FreeType's steps per unit of an outline: in them all its coordinates are whole
KEPT = 4096  # texts whose size or path is remembered
COMMANDS = {Path.MOVETO: "m", Path.LINETO: "l", Path.CURVE3: "q", Path.CURVE4: "c"}


class Letters(TextToPath):
    """Matplotlib's text as paths, which remembers how large a text is."""

    @lru_cache(KEPT)  # noqa: B019  there is one of it
    def get_text_width_height_descent(self, s, prop, ismath):
        return super().get_text_width_height_descent(s, prop, ismath)


LETTERS = Letters()
OUTLINES = {}  # glyph: its outline, as `outline` writes it


@lru_cache(KEPT)
def text_path(text, font, math) -> list[tuple[float, str]]:
    """The path data of a text that begins at the origin, in sizes: [(steps per unit, data), …].

    `font` is a FontProperties that nobody changes any more, `math` whether the text is mathtext.
    """
    if math:
        glyphs, new, bars = LETTERS.get_glyphs_mathtext(font, text, OUTLINES, return_new_glyphs_only=True)
    else:
        glyphs, new, bars = LETTERS.get_glyphs_with_font(
            LETTERS._get_font(font), text, OUTLINES, return_new_glyphs_only=True
        )
    OUTLINES.update({name: outline(*path) for name, path in new.items()})
    sizes = {size: [] for *_, size in glyphs}
    for name, x, y, size in glyphs:
        sizes[size].append(f"M{x * UNITS / size:.0f} {y * UNITS / size:.0f}{OUTLINES[name]}")
    drawn = [(size / UNITS, "".join(parts)) for size, parts in sizes.items()]
    return drawn + [(1, f"M{'L'.join(f'{x:.3f} {y:.3f}' for x, y in corners[:4])}z") for corners, _ in bars]


def outline(vertices, codes) -> str:
    """A glyph as path data of whole steps, each curve relative to where the one before it ended."""
    parts, pen, begin, curve = [], (0, 0), (0, 0), []
    for (x, y), code in zip((vertices * UNITS).round().astype(int).tolist(), codes, strict=True):
        if code == Path.CLOSEPOLY:
            parts.append("z")
            pen = begin
            continue
        curve += [x - pen[0], y - pen[1]]
        if len(curve) == 2 * Path.NUM_VERTICES_FOR_CODE[code]:
            parts.append(COMMANDS[code] + " ".join(map(str, curve)))
            pen, curve = (x, y), []
            begin = pen if code == Path.MOVETO else begin
    return "".join(parts)
