"""What a squad is set up with and how its use is measured: slices register parts and measures when ready."""
