"""`python -m avenant` is the same as the command `avenant`."""

from avenant.cli import main

if __name__ == "__main__":
    main()
