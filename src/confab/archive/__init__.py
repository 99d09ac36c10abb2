"""What is taken out of a workspace, and what is deleted after its time.

Promises: an export holds all that there was when it was asked for, and nothing that was erased since; it is made beside
everybody's work, in bounded memory, and again from the beginning after a crash. Nothing is deleted by its age unless a setting
says so, nothing that is held, and never without a line that says what. What it never does: call Meta. Rules EX1-EX6, RT1-RT5 of
docs/spec/archive.md.
"""
