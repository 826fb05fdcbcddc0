"""Objectives, their key results and check-ins, the plan of a quarter, and changes of direction."""
