"""Questions about product events, as typed values; and the pure arithmetic that answers them."""
