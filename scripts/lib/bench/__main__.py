"""The command behind scripts/bench."""

from __future__ import annotations

import argparse

from . import job, learn, machine, s3, start

EXAMPLES = """examples:
  scripts/bench s3                      GET and PUT against the peers that are installed, five interleaved rounds
  scripts/bench s3 --rounds 9 --seconds 2 --only get-1k
  scripts/bench s3 --memory             resident memory with a 1 GiB upload and with eight slow readers
  scripts/bench job                     the 100-object job; 10,000, 100,000 and 1,000,000 texts, 1 and 3 people
  scripts/bench job --objects 10000 100000 --workers 3
  scripts/bench job --training          latency of Describe and GET while a round trains
  scripts/bench start                   exec to first response, idle memory
  scripts/bench learn                   automated labeling on each set: saved, right, costs, beside the goals
  scripts/bench learn --sets rare --schedules efficient --seeds 10
  scripts/bench learn --sets reuters tweets --seeds 200 --setting certainty=0.95
                                        how often jobs miss 95 %
  scripts/bench learn --speed           pictures and texts per second, start of a model

Compare CPU per request first, then the ratio to a peer; times depend on what else the machine does.
The load generator is read from the folder bench/ below GROUNDWORK_SHARED (default: ../shared beside the repository).
"""


def main() -> None:
    """Reads the options and runs one subject."""
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Measures the release program.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subjects = parser.add_subparsers(dest="subject", required=True)
    for module in (s3, job, start, learn):
        name = module.__name__.rsplit(".", 1)[-1]
        subject = subjects.add_parser(name, help=module.__doc__.splitlines()[0])
        module.add_options(subject)
        subject.set_defaults(run=module.run)
    options = parser.parse_args()
    print(machine.facts())
    options.run(options)


main()
