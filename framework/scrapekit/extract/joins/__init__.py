"""Records that several pages make: what each page gives, and how they are put together."""
