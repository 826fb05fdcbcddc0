"""What happens by itself: named steps that run once per slot of time, as jobs."""
