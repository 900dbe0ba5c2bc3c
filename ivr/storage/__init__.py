"""The database: models, migrations, and one module of questions and writes per subject."""
