"""The prompt catalogue per language, its sound files, the builder and the checker."""
