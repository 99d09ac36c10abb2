"""The language of rules and its evaluation.

Promises: pure, the same answer for the same values; no event tries every rule, because rules are found by the words they wait
for; no text and no pattern takes longer than its length. Never reads, writes, sends, or asks what time it is.
"""
