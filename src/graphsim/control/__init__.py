"""The control door: what tests and drivers do to the simulated Instagram, and what they may see of it."""
