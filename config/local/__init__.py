"""What `make run` and `make test` start on a machine that has nothing: real servers from wheels."""
