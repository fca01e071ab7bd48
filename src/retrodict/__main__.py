"""``python -m retrodict``: the command line."""

from retrodict.cli.app import main

if __name__ == "__main__":
    main()
