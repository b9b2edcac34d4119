"""How each kind of effect is carried out; the table of them is in `table`."""
