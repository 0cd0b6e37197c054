"""Bodies that go to disk: named safely, hashed as they come, resumed, and there when their records are."""
