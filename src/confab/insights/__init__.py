"""Numbers about an account: read at Instagram metric by metric, kept by day, and put together for a page.

One metric that fails costs no other; what Meta does not give is unknown, never 0. Who looks never waits for Instagram: a page
is read from our database alone. It never adds up what must not be added up. Rules IV1-IV18 of docs/spec/insights.md.
"""
