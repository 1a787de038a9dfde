"""Numbers only: arrays in, arrays out, and no word of sales."""
