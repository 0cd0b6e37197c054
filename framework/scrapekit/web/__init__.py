"""One hop of HTTP and what it means: addresses, encodings, robots.txt, answers, and the socket."""
