"""Instagram accounts and our link to them.

Promises: an access token is readable only with a key that is not in the database, and only for the account it belongs
to. It never prints one.
"""
