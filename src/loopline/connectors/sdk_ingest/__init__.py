"""Product events from other vendors' SDKs, and our own form: bytes in, events and facts out. Pure; no tables."""
