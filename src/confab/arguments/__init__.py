"""The command line, one file a subject: arguments and what is printed.

Promises: what takes long to import is imported by the command that needs it, so that help comes at once.
"""
