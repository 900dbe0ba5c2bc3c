"""People's part of quality work: reviews, disputes, calibration, coaching, spot checks, and what they measure."""
