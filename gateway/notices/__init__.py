"""Words to callers who left the page: by mail, or through a program of the operator's."""
