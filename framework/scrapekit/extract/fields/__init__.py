"""Fields: from a selector through its pipe to a value of its type, and values that belong together."""
