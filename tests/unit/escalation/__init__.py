"""Escalations: their form, their table, what commands make of them, and who hears of it."""
