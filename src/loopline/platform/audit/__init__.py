"""The append-only, hash-chained record of every change: who, when, through which door, before and after."""
