"""Payment providers: the port in `port`, the table of them in `table`, a folder for each."""
