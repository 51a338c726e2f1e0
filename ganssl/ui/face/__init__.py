"""The editor of one face that Explore and Your photo share."""
