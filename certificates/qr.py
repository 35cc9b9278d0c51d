"""QR codes of verification addresses, as pictures and as PDF operators.

A QR symbol of a given version, level and mask is an affine function of its payload over GF(2): every bit of the
payload flips a fixed set of modules (ISO/IEC 18004, 7.5 to 7.8). With one table row for each half byte, a symbol is
a few hundred XORs of whole matrices; segno, the reference in the tests, needs milliseconds.

The address is written as bytes; a tail of capitals and digits, such as a token in base 32, in the denser alphanumeric
mode.
"""

import functools
import re
from dataclasses import dataclass
from typing import Any, Final

from segno import consts, encoder

LEVEL: Final = consts.ERROR_LEVEL_M
MASK: Final = 3
"""Always the same mask, or the symbol would not be affine; the finder patterns stay findable under any of them."""

QUIET: Final = 2
"""Quiet zone drawn around a symbol, in modules; the designs leave the rest of it in paper."""

LONGEST_VERSION: Final = 25
ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TAIL: Final = re.compile(r"[0-9A-Z$%*+\-./:]*$")
LEAST_TAIL: Final = 16
"""Shortest tail for which a segment of its own pays."""

PAIRS: Final = {
    **{
        first + second: f"{45 * a + b:011b}"
        for a, first in enumerate(ALPHANUMERIC)
        for b, second in enumerate(ALPHANUMERIC)
    },
    **{one: f"{value:06b}" for value, one in enumerate(ALPHANUMERIC)},
}
"""Bits of two characters in alphanumeric mode, and of one that is left over (7.4.4)."""


@dataclass(frozen=True)
class Symbol:
    """A QR symbol: `size` modules a side, one integer a row, the leftmost module in the highest bit."""

    size: int
    rows: tuple[int, ...]


class TooMuchError(ValueError):
    """The address does not fit in a symbol that a phone can read from paper."""


def blocks_of(version: int) -> Any:
    """The error correction blocks of a version (Table 9), as segno has them."""
    table: Any = consts.ECC
    return table[version][LEVEL]


def segments(address: str) -> tuple[bytes, str]:
    """The part of an address that is written as bytes, and the tail that is written as capitals and digits."""
    tail = TAIL.search(address)
    length = len(tail[0]) if tail and len(tail[0]) >= LEAST_TAIL else 0
    split = len(address) - length
    return address[:split].encode(), address[split:]


def payload(head: bytes, tail: str, *, wide: bool) -> str:
    """The data bits of the two segments; versions from 10 on have `wide` counts (Table 3)."""
    bits = ""
    if head:
        number = int.from_bytes(head, "big")
        bits = f"0100{len(head):0{16 if wide else 8}b}{number:0{8 * len(head)}b}"
    if tail:
        pairs = "".join([PAIRS[tail[start : start + 2]] for start in range(0, len(tail), 2)])
        bits += f"0010{len(tail):0{11 if wide else 9}b}{pairs}"
    return bits


def codewords(address: str) -> tuple[int, bytes]:
    """The smallest version that holds the address, and its data codewords."""
    head, tail = segments(address)
    for first, last, wide in ((1, 9, False), (10, LONGEST_VERSION, True)):
        bits = payload(head, tail, wide=wide)
        for version in range(first, last + 1):
            capacity = 8 * data_codewords(version)
            if len(bits) <= capacity:
                bits += "0" * min(4, capacity - len(bits))
                bits += "0" * (-len(bits) % 8)
                data = int(bits, 2).to_bytes(len(bits) // 8, "big")
                missing = capacity // 8 - len(data)
                return version, data + (b"\xec\x11" * (missing // 2 + 1))[:missing]
    raise TooMuchError(f"an address of {len(address)} characters does not fit in a QR code")


@functools.cache
def data_codewords(version: int) -> int:
    """How many data codewords a version has."""
    return sum(block.num_blocks * block.num_data for block in blocks_of(version))


def symbol(address: str) -> Symbol:
    """The QR symbol of an address. Raises `TooMuchError` when it is too long."""
    version, data = codewords(address)
    table = table_of(version)
    bits = table.base
    for place, byte in enumerate(data):
        high, low = table.nibbles[place]
        bits ^= high[byte >> 4] ^ low[byte & 15]
    size = table.size
    mask = (1 << size) - 1
    return Symbol(size, tuple(bits >> size * (size - 1 - row) & mask for row in range(size)))


@dataclass(frozen=True)
class Table:
    """What every half byte of the data does to the modules of a version."""

    size: int
    base: int
    nibbles: list[tuple[list[int], list[int]]]


@functools.cache
def table_of(version: int) -> Table:
    """The table of a version: the modules for all-zero data, and what each half byte flips."""
    size = 17 + 4 * version
    blocks = [block for block in blocks_of(version) for _ in range(block.num_blocks)]
    places = module_places(version)
    total = sum(block.num_total for block in blocks)
    order = interleaved([block.num_data for block in blocks], [block.num_total for block in blocks])
    # A full symbol, because segno pads one byte too much when the payload ends with a whole byte
    zeros = bytes(zero_bytes(version, sum(block.num_data for block in blocks)))
    zero = matrix_bits(encode(zeros, "m", version, "byte", MASK, boost_error=False).matrix)
    base = zero ^ scatter(reference_stream(version, order, blocks), places, total)
    nibbles = []
    for index, block in enumerate(blocks):
        checks = check_rows(block.num_data, block.num_total - block.num_data)
        for byte in range(block.num_data):
            flips = []
            for bit in range(8):
                own = bytearray(block.num_total)
                own[byte] = 1 << bit
                own[block.num_data :] = [multiply(1 << bit, check) for check in checks[byte]]
                stream = bytearray(total)
                for place, value in enumerate(own):
                    if value:
                        stream[order[index, place]] = value
                flips.append(scatter(bytes(stream), places, total))
            nibbles.append((combinations(flips[4:]), combinations(flips[:4])))
    return Table(size, base, nibbles)


def combinations(flips: list[int]) -> list[int]:
    """The XOR of every subset of four flips."""
    rows = [0] * 16
    for value in range(1, 16):
        low = value & -value
        rows[value] = rows[value ^ low] ^ flips[low.bit_length() - 1]
    return rows


encode: Any = encoder.encode  # segno has no types


def zero_bytes(version: int, capacity: int) -> int:
    """How many bytes of payload fill a symbol of so many data codewords."""
    return capacity - (2 if version < 10 else 3)


def reference_stream(version: int, order: dict[tuple[int, int], int], blocks: list[Any]) -> bytes:
    """The interleaved codewords of the payload from which the base is taken: as many zero bytes as fit."""
    capacity = sum(block.num_data for block in blocks)
    width = 8 if version < 10 else 16
    head = (0b0100 << width | zero_bytes(version, capacity)) << 4
    data = head.to_bytes((width + 8) // 8, "big") + bytes(capacity - (width + 8) // 8)
    stream = bytearray(len(order))
    start = 0
    for index, block in enumerate(blocks):
        own = data[start : start + block.num_data]
        start += block.num_data
        checks = check_rows(block.num_data, block.num_total - block.num_data)
        tail = [0] * (block.num_total - block.num_data)
        for byte, row in zip(own, checks, strict=True):
            tail = [value ^ multiply(byte, check) for value, check in zip(tail, row, strict=True)]
        for place, value in enumerate([*own, *tail]):
            stream[order[index, place]] = value
    return bytes(stream)


def interleaved(data: list[int], totals: list[int]) -> dict[tuple[int, int], int]:
    """Where the codeword at a place of a block stands in the symbol's stream."""
    order: dict[tuple[int, int], int] = {}
    for place in range(max(data)):
        for index, count in enumerate(data):
            if place < count:
                order[index, place] = len(order)
    for place in range(totals[0] - data[0]):
        for index, count in enumerate(data):
            order[index, count + place] = len(order)
    return order


def check_rows(data: int, checks: int) -> list[list[int]]:
    """For each data codeword of a block, the check codewords that the value 1 there makes."""
    generator = [1]
    for power in range(checks):
        root = EXPONENTS[power]
        generator = [
            (generator[i] if i < len(generator) else 0) ^ (multiply(generator[i - 1], root) if i else 0)
            for i in range(len(generator) + 1)
        ]
    rows = []
    remainder = generator[1:]
    for _ in range(data):
        rows.append(remainder)
        first = remainder[0]
        shifted = [*remainder[1:], 0]
        remainder = [
            value ^ multiply(first, factor) for value, factor in zip(shifted, generator[1:], strict=True)
        ]
    return rows[::-1]


def powers() -> tuple[list[int], list[int]]:
    """Exponents and logarithms of GF(256) under the polynomial 0x11D."""
    exponents, logarithms, value = [0] * 512, [0] * 256, 1
    for power in range(255):
        exponents[power] = exponents[power + 255] = value
        logarithms[value] = power
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return exponents, logarithms


EXPONENTS, LOGARITHMS = powers()


def multiply(left: int, right: int) -> int:
    """Product in GF(256)."""
    return EXPONENTS[LOGARITHMS[left] + LOGARITHMS[right]] if left and right else 0


def module_places(version: int) -> list[int]:
    """The bit, in a whole matrix as one integer, of every data module in reading order (7.7.3)."""
    size = 17 + 4 * version
    fixed = fixed_modules(version)
    places, upwards = [], True
    column = size - 1
    while column > 0:
        if column == 6:  # the vertical timing pattern
            column -= 1
        for step in range(size):
            row = size - 1 - step if upwards else step
            places += [
                size * size - 1 - (row * size + side) for side in (column, column - 1) if not fixed[row][side]
            ]
        upwards = not upwards
        column -= 2
    return places


def fixed_modules(version: int) -> list[list[bool]]:
    """Which modules of a version are finder, timing, alignment, format or version patterns."""
    size = 17 + 4 * version
    fixed = [[False] * size for _ in range(size)]

    def cover(top: int, left: int, height: int, width: int) -> None:
        for row in range(max(top, 0), min(top + height, size)):
            for column in range(max(left, 0), min(left + width, size)):
                fixed[row][column] = True

    for top, left in ((0, 0), (0, size - 8), (size - 8, 0)):
        cover(top, left, 9 if top == 0 else 8, 9 if left == 0 else 8)
    cover(6, 0, 1, size)
    cover(0, 6, size, 1)
    centres = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for row in centres:
        for column in centres:
            if (row, column) not in corners:
                cover(row - 2, column - 2, 5, 5)
    if version >= 7:
        cover(0, size - 11, 6, 3)
        cover(size - 11, 0, 3, 6)
    return fixed


def scatter(stream: bytes, places: list[int], total: int) -> int:
    """The modules that a stream of codewords darkens, without mask and patterns."""
    bits = int.from_bytes(stream, "big")
    modules = 0
    for index in range(8 * total):
        if bits >> (8 * total - 1 - index) & 1:
            modules |= 1 << places[index]
    return modules


def matrix_bits(matrix: tuple[bytearray, ...]) -> int:
    """A matrix of modules as one integer, row after row."""
    bits = 0
    for row in matrix:
        for module in row:
            bits = bits << 1 | (module & 1)
    return bits


RUNS: Final = re.compile("1+")


def runs(code: Symbol) -> list[tuple[int, int, int]]:
    """The dark runs of a symbol: column, row, length."""
    size = code.size
    return [
        (run.start(), row, run.end() - run.start())
        for row, bits in enumerate(code.rows)
        for run in RUNS.finditer(f"{bits:0{size}b}")
    ]


def svg(address: str) -> bytes:
    """A QR code as an SVG picture; one module is one unit."""
    code = symbol(address)
    side = code.size + 2 * QUIET
    dark = "".join(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for x, y, length in runs(code))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<path d="M0 0h{side}v{side}h-{side}z" fill="#fff"/><path d="{dark}" fill="#000"/></svg>'
    ).encode()


def row_operators(row: int, column: int, value: int) -> bytes:
    """The rectangles of one byte of a row."""
    found = RUNS.finditer(f"{value:08b}")
    return "".join(f"{column + run.start()} {row} {run.end() - run.start()} 1 re\n" for run in found).encode()


@functools.cache
def row_tables(size: int) -> list[list[list[bytes | None]]]:
    """For each row and byte of a symbol, the rectangles of every value, filled when they are first needed."""
    return [[[b"", *[None] * 255] for _ in range((size + 7) // 8)] for _ in range(size)]


def operators(address: str, x: float, y: float, side: float) -> bytes:
    """A QR code as PDF operators, in a square of a coordinate system whose y runs down."""
    code = symbol(address)
    unit = side / (code.size + 2 * QUIET)
    padding = -code.size % 8
    length = (code.size + padding) // 8
    rows: list[bytes] = []
    for row, (bits, tables) in enumerate(zip(code.rows, row_tables(code.size), strict=True)):
        for place, (value, table) in enumerate(
            zip((bits << padding).to_bytes(length, "big"), tables, strict=True)
        ):
            drawn = table[value]
            if drawn is None:
                drawn = table[value] = row_operators(row, 8 * place, value)
            rows.append(drawn)
    head = (
        f"1 1 1 rg {x:.4f} {y:.4f} {side:.4f} {side:.4f} re f 0 0 0 rg "
        f"{unit:.6f} 0 0 {unit:.6f} {x + QUIET * unit:.4f} {y + QUIET * unit:.4f} cm\n"
    )
    return head.encode() + b"".join(rows) + b"f\n"


def image_operators(address: str, x: float, y: float, side: float) -> bytes:
    """A QR code as an inline picture of one bit a module: a fifth of the size, for paper.

    Printers have many dots for each module; on a screen of few pixels the modules come out uneven, so files that are
    read on screens have `operators` instead.
    """
    code = symbol(address)
    unit = side / (code.size + 2 * QUIET)
    length = (code.size + 7) // 8
    padding = 8 * length - code.size
    data = b"".join((bits << padding).to_bytes(length, "big") for bits in code.rows)
    width = unit * code.size
    head = (
        f"1 1 1 rg {x:.4f} {y:.4f} {side:.4f} {side:.4f} re f "
        f"{width:.5f} 0 0 {-width:.5f} {x + QUIET * unit:.4f} {y + QUIET * unit + width:.4f} cm\n"
        f"BI /W {code.size} /H {code.size} /BPC 1 /CS /G /D [1 0] ID "
    )
    return head.encode() + data + b"\nEI\n"
