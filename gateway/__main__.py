"""``python -m gateway`` is ``zuruf``."""

from gateway.cli import main

if __name__ == "__main__":
    main()
