"""What is kept beside the journal, and the file or server that keeps both. Decides nothing."""
