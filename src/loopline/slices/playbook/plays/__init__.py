"""Plays with this workspace's evidence, the operating model by stage, and the learning library."""
