"""``python -m api.cli`` is ``flexweave``."""

from api.cli import main

# A worker process reads this file too, and must not begin anew.
if __name__ == "__main__":
    main()
