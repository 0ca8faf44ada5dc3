"""A store elsewhere that keeps what it was given: S3 and its likes with Object Lock. Only here is boto3 known."""
