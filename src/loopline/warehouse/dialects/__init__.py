"""What a message of each analytics product means, however it comes in: live from its SDK, or in a file it exported."""
