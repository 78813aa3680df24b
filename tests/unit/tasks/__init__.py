"""Tasks of cases: their form, their table, what commands make of them, who hears of it; time and what it costs."""
