"""Looking into uploaded files: what they are, how long, and what is wrong with them."""
