"""The numbers Confab promises, measured as ratios in one run. `python -m bench` runs all, `python -m bench NAME…` some."""
