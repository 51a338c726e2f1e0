"""What the page How it works alone draws, a file for each part of the story."""
