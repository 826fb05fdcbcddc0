"""What `loopline demo` fills a throw-away home with."""
