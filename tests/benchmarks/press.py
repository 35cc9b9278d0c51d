"""How fast the certificate press is, beside plain WeasyPrint in the same run.

    python -m tests.benchmarks.press [--people N] [--json FILE]

`--people` is the size of the long run (17,000 are a province's; each is made in three languages). Files are really
written to disk, in a temporary folder that is emptied as it goes.
"""

import argparse
import datetime
import io
import multiprocessing
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from certificates import keys, statuslist, token
from certificates.badge import Issuer, StatusPlace, credential, credential_json
from certificates.designs import load
from certificates.plainsign import sign_plainly
from certificates.press import Press
from certificates.printfile import write_print_file
from certificates.proof import Prover
from certificates.typeset import render_pdf
from tests.benchmarks.report import Report

NOW = datetime.datetime(2025, 9, 15, 8, 0, tzinfo=datetime.UTC)
FAMILY = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()  # noqa: SIM905
MIDDLE = [
    "Thị",
    "Văn",
    "Thị Hồng",
    "Quốc",
    "Minh",
    "Thị Mỹ",
    "Đức",
    "Thị Thuỳ",
    "Hữu",
    "Ngọc",
    "Xuân",
    "Thị Ánh",
]
GIVEN = [
    *("Hạnh", "Phượng", "Thảo", "Tuấn", "Dũng", "Nguyệt", "Quỳnh", "Hưởng", "Trường", "Vỹ"),
    *("Yến", "Kiều", "Bảo", "Khánh", "Đạt", "Nghĩa", "Hoè", "Ước", "Ỷ", "Thuỵ"),
]
COURSES = [
    "Dịch vụ công trực tuyến và VNeID",
    "Dùng điện thoại thông minh an toàn",
    "Bán hàng trực tuyến cho hộ gia đình",
]


class Issuance:
    """An issuer's keys, and people with verifiable codes."""

    def __init__(self) -> None:
        self.design = load("state")
        self.signer = keys.load_document_key(keys.new_document_key("UBND phường Cửa Nam", "x", now=NOW), "x")
        self.token_key = keys.load_token_key(keys.new_token_key("x"), "x")
        self.issuer = Issuer("UBND phường Cửa Nam", Prover(self.token_key))

    def people(self, count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
        """Lines of data, each with a token of its own in the QR code's address."""
        chance = random.Random(seed)
        for index in range(count):
            name = f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}"
            number, course = f"{index + 1}/GCN-UBND", chance.choice(COURSES)
            said = token.Token(number, "UBND phường Cửa Nam", name, course, datetime.date(2025, 9, 15), "vi")
            yield {
                **self.design.sample,
                "name": name,
                "birth": {
                    "year": chance.randint(1940, 2008),
                    "month": chance.randint(1, 12),
                    "day": chance.randint(1, 28),
                },
                "course_title": course,
                "number": number,
                "register_no": f"{index + 1:05d}/2025",
                "code": "".join(chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=12)),
                "verify_url": f"https://lopso.example.vn/v/{token.sign(said, self.token_key)}",
            }

    def attach(self, data: Any, locale: str) -> bytes:
        """The credential that goes into a file."""
        place = StatusPlace("https://lopso.example.vn/status/1", int(data["number"].split("/")[0]))
        return credential_json(credential(data, locale, self.issuer, now=NOW, status=place))

    def press(self, locale: str) -> Press:
        """A press that signs and attaches."""
        return Press(self.design, locale, signer=self.signer, credential=self.attach, now=NOW)


def seconds(work: Any) -> float:
    """CPU seconds of one thread that a piece of work takes; other programs on the machine do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def write_all(press: Press, people: Any, folder: Path) -> int:
    """Make certificates and write each to a file; returns their number."""
    count = 0
    for made in press.make(people):
        assert made.pdf is not None, made.refusal
        (folder / f"{count % 2000}.pdf").write_bytes(made.pdf)
        count += 1
    return count


def peak_memory() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def long_run(share: tuple[str, int, int]) -> tuple[int, float, float]:
    """One process's share of the long run: how many files, and memory after the first thousand and at the end."""
    locale, start, count = share
    issuance = Issuance()
    press = issuance.press(locale)
    folder = Path(tempfile.mkdtemp())
    done, first = 0, 0.0
    while done < count:
        done += write_all(press, issuance.people(min(1000, count - done), seed=start + done), folder)
        first = first or peak_memory()
    shutil.rmtree(folder)
    return done, first, peak_memory()


def run_long(report: Report, people: int) -> None:
    """People in three languages with two processes, wall clock."""
    halves = (people // 2, people - people // 2)
    shares = [
        (locale, place * people, count) for locale in ("vi", "ar", "en") for place, count in enumerate(halves)
    ]
    start = time.perf_counter()
    with multiprocessing.Pool(2, maxtasksperchild=1) as pool:
        told = pool.map(long_run, shares, chunksize=1)
    elapsed = time.perf_counter() - start
    files = sum(done for done, _, _ in told)
    rate = files / elapsed
    report.add(f"{files:,} signed files, two processes, wall clock", elapsed, "s")
    report.add("signed files a second, two processes, wall clock", rate, "1/s", at_least=1500)
    report.add("51,000 files at that speed", 51_000 / rate, "s", at_most=60)
    report.add("memory after the first thousand", max(first for _, first, _ in told), "MB")
    report.add("memory after the last", max(last for _, _, last in told), "MB", at_most=400)


def run_peers(report: Report, issuance: Issuance, people: list[Any]) -> None:
    """Plain WeasyPrint, the same signed by pyHanko, and the press, one after the other on the same people."""
    sample = people[:12]
    render_pdf(issuance.design, "vi", sample[0])
    plain = seconds(lambda: [render_pdf(issuance.design, "vi", data) for data in sample]) / len(sample)

    def by_peers() -> None:
        for data in sample:
            pdf = render_pdf(issuance.design, "vi", data, issuance.attach(data, "vi"))
            sign_plainly(pdf, issuance.signer, NOW)

    signed = seconds(by_peers) / len(sample)
    press = issuance.press("vi")
    folder = Path(tempfile.mkdtemp())
    write_all(press, people, folder)
    fast = seconds(lambda: write_all(press, people, folder)) / len(people)
    shutil.rmtree(folder)
    report.add("plain WeasyPrint, warm, one certificate (CPU)", 1000 * plain, "ms")
    report.add("WeasyPrint + pyHanko, one signed certificate (CPU)", 1000 * signed, "ms")
    peer = f"{1000 * signed:.0f} ms with WeasyPrint + pyHanko"
    report.add("the press, one signed, archived certificate on disk (CPU)", 1000 * fast, "ms", peer=peer)
    report.add(
        "times the speed of WeasyPrint + pyHanko, one core", signed / fast, "×", at_least=150, peer=peer
    )


def run_small(report: Report, issuance: Issuance, people: list[Any]) -> None:
    """A class, one certificate on demand, sizes."""
    press = issuance.press("vi")
    pdf = press.one(people[0])
    report.add("a class of 30, all together, after the first (CPU)",
               1000 * seconds(lambda: list(press.make(people[100:130]))), "ms", at_most=150)  # fmt: skip
    alone = sorted(seconds(lambda data=data: press.one(data)) for data in people[200:220])
    report.add("one certificate on demand, warm, median (CPU)", 1000 * alone[10], "ms", at_most=40)
    report.add("size of a signed certificate", len(pdf) / 1000, "kB", at_most=120)
    file = io.BytesIO()
    spent = seconds(lambda: list(write_print_file(issuance.press("vi"), people[:1000], file, "In")))
    report.add("print file of 1,000", len(file.getvalue()) / 1e6, "MB", at_most=3)
    report.add("print file of 1,000, making it (CPU)", spent, "s")


def run_verification(report: Report, issuance: Issuance, people: list[Any]) -> None:
    """Tokens with their state a second."""
    known = {issuance.token_key.key_id: issuance.token_key.public}
    bits = statuslist.decode(statuslist.encode(range(0, 5000, 7)))
    codes = [data["verify_url"].rsplit("/", 1)[1] for data in people]

    def verify() -> None:
        for index, code in enumerate(codes):
            token.verify(code, known)
            statuslist.is_set(bits, index)

    report.add(
        "tokens verified a second, signature and state", len(codes) / seconds(verify), "1/s", at_least=1000
    )


def main() -> None:
    """Run all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=False)
    parser.add_argument("--people", type=int, default=17_000)
    options, rest = parser.parse_known_args()
    cores = os.cpu_count()
    report = Report(
        f"The certificate press (state-body design; {cores} cores, load {os.getloadavg()[0]:.1f} at the start)"
    )
    issuance = Issuance()
    people = list(issuance.people(1000))
    run_peers(report, issuance, people)
    run_small(report, issuance, people)
    run_verification(report, issuance, people)
    run_long(report, options.people)
    report.finish(rest)


if __name__ == "__main__":
    main()
