"""The entrance of the command: an interrupt while it is still being loaded ends it as quietly as any other."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Load the command and start it."""
    try:
        from sim.cli import main as start  # noqa: PLC0415  # loading is what may be interrupted

        start()
    except KeyboardInterrupt:
        print("parley: interrupted; nothing was begun", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
