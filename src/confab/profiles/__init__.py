"""Who participants are: what Meta tells of them, when to ask again, and what other systems call them.

Promises: a profile is read by a job, never while somebody waits, and a message never depends on it. A refusal leaves what we
know. A refresh comes after everybody whom we do not know yet. What it never does: ask because somebody looks.
"""
