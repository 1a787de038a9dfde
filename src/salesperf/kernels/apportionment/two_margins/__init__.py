"""Tables of whole units: rows and columns with their exact totals, by two methods, one by one or many at once."""
