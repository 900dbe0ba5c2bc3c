"""What calls leave to be done: call notes, work orders (F2), complaints with the 48 h clock (F3)."""
