"""`python -m percale`."""

from percale.cli.main import run

if __name__ == "__main__":
    run()
