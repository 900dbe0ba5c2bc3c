"""The call engine: AGI, AMI, flow steps, queues, journal, storage, reports, command line."""
