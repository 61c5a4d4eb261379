"""The entrance of the command line, `python -m services`."""

import sys

from services.cli.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
