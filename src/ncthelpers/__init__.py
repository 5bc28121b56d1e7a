"""Shared financial and KPI calculations of a children's trust annual-review book."""
