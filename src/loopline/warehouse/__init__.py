"""The event store and its engines behind one protocol; no Django here."""
