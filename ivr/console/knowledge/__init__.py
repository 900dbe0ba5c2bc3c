"""The knowledge base: what an article is, how its text is read, how articles are found, laid in and taken out."""
