"""`python -m sim.cli` is `parley`."""

from sim.cli import main

main()
