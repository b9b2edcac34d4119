"""What is proved over the product of one reclamation and up to three of its items."""
