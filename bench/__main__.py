"""`python -m bench` measures everything and prints the table of docs/benchmarks.md; names measure only those."""

from __future__ import annotations

import argparse
import time

from bench import audience, delivery, fanout, paid, rate, reply, scale, start, survey, turns
from bench.figures import Figure, machine, table

PARTS = {
    "delivery": delivery.run,
    "rate": rate.run,
    "turns": turns.run,
    "reply": reply.run,
    "start": start.run,
    "audience": audience.run,
    "fanout": fanout.run,
    "survey": survey.run,
    "paid": paid.run,
    "scale": scale.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Measure the bot on this machine.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all without")
    parser.add_argument(
        "--quick", action="store_true", help="about a minute: fewer members and rounds, rougher numbers"
    )
    arguments = parser.parse_args()
    unknown = [part for part in arguments.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    figures: list[Figure] = []
    for part in arguments.parts or PARTS:
        print(part, flush=True)
        figures += PARTS[part](quick=arguments.quick)
    print(f"\n{time.strftime('%Y-%m-%d')}, {machine()}\n\n{table(figures)}")


if __name__ == "__main__":
    main()
