"""What all pages share: model, jobs, visits, shelf, pictures, presentation."""
