"""Is everything as it should be? One list of checks, each with what it means and how to mend it.

Promises: a check that cannot be made says so instead of being left out; nothing secret is shown. What it never does: change
anything.
"""
