"""All SQL. A function takes a connection and values, runs one statement and gives values back.

Promises: a store function never commits, never loops over queries, never calls the network, and takes the workspace second;
one that goes across workspaces says in its docstring why. What it never does: decide.
"""
