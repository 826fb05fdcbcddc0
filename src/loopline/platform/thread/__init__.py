"""The line: how far each request has come through seven stations, kept in one read table.

Slices register what they know (providers per object type and station) and touch what changed, in the
transaction of the change. This package knows stations, not products.
"""
