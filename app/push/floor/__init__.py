"""What a tablet is given to work with: its app, its words, the sheets of codes that name a room."""
