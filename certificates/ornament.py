"""Draw the ornaments of the packaged designs: guilloche borders and watermarks as SVG, without any text.

The SVG files in `designs/` are made by `python -m certificates.ornament`; they are kept in the repository so
that a design stays a plain folder.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

DESIGNS = Path(__file__).parent / "designs"

Point = tuple[float, float]


@dataclass(frozen=True)
class Palette:
    """Colours of one border, as CSS colours."""

    paper: str
    frame: str
    frame_light: str
    thread: str
    thread_light: str
    watermark: str


GOLD_AND_RED = Palette("#fffdf7", "#b8892b", "#e6cf94", "#a3262a", "#c9973a", "#f6eddb")
BLUE = Palette("#fdfeff", "#1c5fa8", "#9cc4e8", "#1c5fa8", "#d99a1c", "#d9e8f7")
GREEN = Palette("#fdfffc", "#2f7d5b", "#a9d3bd", "#2f7d5b", "#c49a3a", "#e8f3ec")
INK = Palette("#ffffff", "#1d1a17", "#8a8580", "#3d3833", "#8a8580", "#ffffff")
WARM = Palette("#fffdfa", "#c26a2d", "#f0c9a4", "#b4532a", "#d9a441", "#fbeedd")


def number(value: float) -> str:
    """Write a coordinate with two decimals and no useless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def path(points: str, colour: str, width: float, fill: str = "none") -> str:
    """One SVG path element."""
    return f'<path d="{points}" fill="{fill}" stroke="{colour}" stroke-width="{width}"/>'


def wave(start: Point, end: Point, halves: int, height: float, sign: int) -> str:
    """A sine between two points, as one cubic Bézier for each of its `halves`."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = (x1 - x0) / halves, (y1 - y0) / halves
    length = math.hypot(dx, dy)
    nx, ny = -dy / length, dx / length
    parts = [f"M{number(x0)} {number(y0)}"]
    for half in range(halves):
        lift = height * 4 / 3 * (sign if half % 2 == 0 else -sign)
        x, y = x0 + dx * half, y0 + dy * half
        first = (x + dx * 0.364 + nx * lift, y + dy * 0.364 + ny * lift)
        second = (x + dx * 0.636 + nx * lift, y + dy * 0.636 + ny * lift)
        last = (x + dx, y + dy)
        parts.append("C" + " ".join(f"{number(a)} {number(b)}" for a, b in (first, second, last)))
    return "".join(parts)


def band(start: Point, end: Point, halves: int, palette: Palette, scale: float) -> Iterator[str]:
    """A woven ribbon: waves of several heights and both phases, between two points."""
    for height, colour, width in (
        (2.6, palette.thread, 0.22),
        (2.1, palette.thread, 0.16),
        (1.6, palette.thread_light, 0.18),
        (1.1, palette.thread, 0.14),
        (0.6, palette.thread_light, 0.16),
    ):
        for sign in (1, -1):
            yield path(wave(start, end, halves, height * scale, sign), colour, width)
    for height in (2.35, 1.35):
        for sign in (1, -1):
            yield path(wave(start, end, halves * 2, height * scale * 0.5, sign), palette.frame_light, 0.14)


def polyline(points: Iterator[Point]) -> str:
    """Join points into a closed SVG path."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def rose(centre: Point, radius: Callable[[float], float], steps: int) -> str:
    """A closed curve round a centre, its radius a function of the angle."""
    angles = (2 * math.pi * step / steps for step in range(steps))
    return polyline(
        (centre[0] + radius(a) * math.cos(a), centre[1] + radius(a) * math.sin(a)) for a in angles
    )


def petals(size: float, depth: float, shift: float) -> Callable[[float], float]:
    """The radius of a rose of six petals as a function of the angle."""
    return lambda angle: size * (0.6 + depth * math.cos(6 * (angle + shift)))


def rosette(centre: Point, size: float, palette: Palette) -> Iterator[str]:
    """A corner: a paper disc with interlaced rose curves."""
    yield path(
        rose(centre, lambda a: size * (1 + 0.06 * math.cos(12 * a)), 96), palette.frame, 0.3, palette.paper
    )
    for turn, colour in enumerate(
        (palette.thread, palette.thread_light, palette.thread, palette.thread_light)
    ):
        shift = turn * math.pi / 12
        for depth in (0.34, 0.24):
            curve = rose(centre, petals(size, depth, shift), 120)
            yield path(curve, colour, 0.13)
    yield path(
        rose(centre, lambda a: size * (0.2 + 0.08 * math.cos(8 * a)), 64),
        palette.frame,
        0.2,
        palette.frame_light,
    )


def drum(centre: Point, size: float, palette: Palette) -> Iterator[str]:
    """A watermark after the face of a Đông Sơn bronze drum: a star of 14 rays in rings."""
    colour = palette.watermark
    rays = 14
    star = (
        (
            centre[0] + size * (0.3 if step % 2 == 0 else 0.1) * math.sin(math.pi * step / rays),
            centre[1] - size * (0.3 if step % 2 == 0 else 0.1) * math.cos(math.pi * step / rays),
        )
        for step in range(2 * rays)
    )
    yield path(polyline(star), colour, 0.3, colour)
    for ring in (0.34, 0.36, 0.5, 0.52, 0.7, 0.72, 0.9, 0.93, 1.0):
        yield (
            f'<circle cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(size * ring)}" '
            f'fill="none" stroke="{colour}" stroke-width="0.35"/>'
        )
    for inner, outer, teeth in ((0.37, 0.49, 42), (0.73, 0.89, 84)):
        middle, half = (inner + outer) / 2 * size, (outer - inner) / 2 * size
        zigzag = (
            (
                centre[0] + (middle + half * (1 if step % 2 else -1)) * math.cos(math.pi * step / teeth),
                centre[1] + (middle + half * (1 if step % 2 else -1)) * math.sin(math.pi * step / teeth),
            )
            for step in range(2 * teeth)
        )
        yield path(polyline(zigzag), colour, 0.3)
    for bead in range(48):
        angle = 2 * math.pi * bead / 48
        x, y = centre[0] + 0.61 * size * math.cos(angle), centre[1] + 0.61 * size * math.sin(angle)
        yield (
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(size * 0.03)}" fill="none" '
            f'stroke="{colour}" stroke-width="0.3"/>'
        )


def lotus(centre: Point, size: float, palette: Palette) -> Iterator[str]:
    """A watermark of lotus petals in three rings."""
    x, y = number(centre[0]), number(centre[1])
    for petals, length, width in ((24, 1.0, 0.13), (16, 0.74, 0.14), (12, 0.5, 0.13)):
        for petal in range(petals):
            turn = f"rotate({number(360 * petal / petals)} {x} {y})"
            tip, side = centre[1] - size * length, size * width
            shape = (
                f"M{x} {y}C{number(centre[0] - side)} {number(centre[1] - size * length * 0.4)} "
                f"{number(centre[0] - side)} {number(tip + size * 0.2)} {x} {number(tip)}"
                f"C{number(centre[0] + side)} {number(tip + size * 0.2)} "
                f"{number(centre[0] + side)} {number(centre[1] - size * length * 0.4)} {x} {y}"
            )
            yield f'<g transform="{turn}">{path(shape, palette.watermark, 0.3)}</g>'


def nothing(centre: Point, size: float, palette: Palette) -> Iterator[str]:
    """No watermark: for designs that must stay easy to read or to print."""
    return iter(())


def frame(width: float, height: float, inset: float, palette: Palette, line: float, colour: str) -> str:
    """A rectangle at a distance from the page's edge."""
    return (
        f'<rect x="{inset}" y="{inset}" width="{width - 2 * inset}" height="{height - 2 * inset}" '
        f'fill="none" stroke="{colour}" stroke-width="{line}"/>'
    )


def border(width: float, height: float, palette: Palette, watermark: str, scale: float = 1.0) -> str:
    """A whole page border in millimetres: paper, watermark, frames, ribbons, corner rosettes."""
    middle = 10.5 * scale
    near, far_x, far_y = middle + 4 * scale, width - middle - 4 * scale, height - middle - 4 * scale
    step = 8 * max(scale, 0.85)
    across = 2 * round((far_x - near) / step)
    down = 2 * round((far_y - near) / step)
    marks = {"drum": drum, "lotus": lotus, "none": nothing}
    parts = [f'<rect width="{width}" height="{height}" fill="{palette.paper}"/>']
    parts += marks[watermark]((width / 2, height / 2 + 4 * scale), min(width, height) * 0.33, palette)
    parts.append(frame(width, height, middle - 4.6 * scale, palette, 0.9 * scale, palette.frame))
    parts.append(frame(width, height, middle - 3.6 * scale, palette, 0.25, palette.frame_light))
    for start, end, halves in (
        ((near, middle), (far_x, middle), across),
        ((near, height - middle), (far_x, height - middle), across),
        ((middle, near), (middle, far_y), down),
        ((width - middle, near), (width - middle, far_y), down),
    ):
        parts += band(start, end, halves, palette, scale)
    parts.append(frame(width, height, middle + 3.6 * scale, palette, 0.25, palette.frame_light))
    parts.append(frame(width, height, middle + 4.4 * scale, palette, 0.5 * scale, palette.frame))
    for corner_x in (middle, width - middle):
        for corner_y in (middle, height - middle):
            parts += rosette((corner_x, corner_y), 5.6 * scale, palette)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}">\n{body}\n</svg>\n'
    )


BORDERS = {
    "state": (297, 210, GOLD_AND_RED, "drum", 1.0),
    "youth-union": (297, 210, BLUE, "lotus", 1.0),
    "plain": (297, 210, GREEN, "none", 0.62),
    "large-print": (297, 210, INK, "none", 0.5),
    "thanks": (210, 148, WARM, "lotus", 0.72),
}


def main() -> None:
    """Write `border.svg` of every packaged design that has one."""
    for design, (width, height, palette, watermark, scale) in BORDERS.items():
        drawing = border(width, height, palette, watermark, scale)
        (DESIGNS / design / "border.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
