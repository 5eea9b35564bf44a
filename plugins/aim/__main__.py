"""`python -m aim`: the command line without its script."""

from aim.cli import main

main()
