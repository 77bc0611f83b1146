"""One machine: checks it, starts its processes, keeps them running. Only this package builds."""
