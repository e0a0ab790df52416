"""Frozen forecasts and what they rested on, so that a past forecast can be held against what happened."""
