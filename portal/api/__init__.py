"""The interface for programs: everything that operations can do, as JSON under ``/api/v1``."""
