"""The real surroundings of the tests: servers, processes, a mailbox, a browser."""
