"""What Meta allows and refuses, as functions of values: windows, messages, files, limits."""
