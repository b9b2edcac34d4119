"""`python -m bench [NAME]`: measures Redress against the least that the same work can cost."""

import sys

from bench.measure import Measurement, machine
from bench.table import BENCHMARKS


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        there = ", ".join(BENCHMARKS) or "none yet"
        print(f"There is no benchmark {', '.join(unknown)}; there is: {there}.", file=sys.stderr)
        return 2
    print(f"machine  {machine()}")
    for name in names or list(BENCHMARKS):
        show(name, BENCHMARKS[name].about, BENCHMARKS[name].measure())
    return 0


def show(name: str, about: str, measured: Measurement) -> None:
    print(f"\n{name}: {about}")
    print(f"  floor  {measured.floor:10.3f} {measured.unit}   {measured.floor_is}")
    print(f"  ours   {measured.ours:10.3f} {measured.unit}   {measured.rounds} rounds, medians")
    print(f"  ratio  {measured.ratio:10.2f} ×")
    for note in measured.notes:
        print(f"  {note}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
