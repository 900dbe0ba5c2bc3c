"""Figures over months: days that are over are added up once, today is counted afresh; docs/figures.md explains them."""
