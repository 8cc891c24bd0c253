"""The process: settings, wiring, journal, HTTP, storage, sign-in and jobs."""
