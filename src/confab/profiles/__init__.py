"""Who participants are: what Meta tells of them, and when to ask again.

Promises: a profile is read by a job, never while somebody waits, and a message never depends on it. A refusal leaves what we
know. What it never does: ask on a page load or a timer.
"""
