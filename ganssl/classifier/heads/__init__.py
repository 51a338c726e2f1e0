"""What turns a row of features into a probability: one file for each kind of head."""
