"""Is everything as it should be? One list of checks, each with what it means and how to mend it.

`look` sees (the database, Meta, our own public address, the storage), the checks judge what was seen and are pure, `checkups`
keeps for each workspace what was found. Promises: a check that cannot be made says so instead of being left out; nothing secret
is shown; nobody is written to. What it never does: mend anything by itself.
"""
