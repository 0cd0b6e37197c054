"""What one run is made of: put together, watched, stopped and accounted for."""
