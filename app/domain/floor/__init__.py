"""What people on the floor report and need, and who is there for them."""
