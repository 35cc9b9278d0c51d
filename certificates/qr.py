"""QR codes of verification addresses."""

import segno


def svg(address: str) -> bytes:
    """A QR code as an SVG picture with a quiet zone of two modules; one module is one unit."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    size = code.symbol_size(border=2)[0]
    runs: list[str] = []
    for row, modules in enumerate(code.matrix):
        column = 0
        while column < len(modules):
            end = column
            while end < len(modules) and modules[end]:
                end += 1
            if end > column:
                runs.append(f"M{column + 2} {row + 2}h{end - column}v1h-{end - column}z")
            column = max(end, column + 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}">'
        f'<path d="M0 0h{size}v{size}h-{size}z" fill="#fff"/><path d="{"".join(runs)}" fill="#000"/></svg>'
    ).encode()
