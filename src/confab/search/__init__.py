"""Finding people, conversations, comments and messages by what they say, in whatever language.

Promises: a search reads so many rows and no more, whatever lies in the database; what was erased is not found, and its words
are nowhere. The index follows the change feed, a moment behind it. What it never does: hold up a message, or look into another
workspace.
Rules SE1-SE9 of docs/spec/archive.md.
"""
