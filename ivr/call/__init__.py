"""One call: its flow, step by step."""
