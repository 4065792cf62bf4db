"""The wall's lines and tiles as plain values, and what is gravest among them."""
