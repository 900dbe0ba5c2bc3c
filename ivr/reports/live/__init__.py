"""What live pages need from the database beside what the engine tells: today until now, and what is open."""
