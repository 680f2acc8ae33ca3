"""Where pictures are kept: a folder, or a bucket of any service that speaks S3."""

from pathlib import Path
from typing import Any

from core import env

PREFIX = "pictures"
"""What the names of pictures begin with in a bucket, which may hold other things too."""
CONNECTS_WITHIN = 5
ANSWERS_WITHIN = 10
"""Seconds."""


def pictures(default: Path) -> dict[str, Any]:
    """Read where pictures are kept from the environment, as an entry of Django's STORAGES. default: the folder."""
    kind = env.one_of("PICTURE_STORAGE", "file", "s3", default="file")
    folder = env.text("PICTURES_DIR", example="/var/slotwell/pictures", default=str(default))
    unless_s3 = env.required_unless(kind != "s3", "")
    bucket = env.text("S3_BUCKET", example="slotwell-pictures", default=unless_s3)
    endpoint = env.url("S3_ENDPOINT", example="https://s3.example.org", default="")
    region = env.text("S3_REGION", example="eu-central-1", default="us-east-1")
    key = env.text("S3_KEY", example="key-of-the-bucket", default="")
    secret = env.text("S3_SECRET", example="secret-of-that-key", default=env.required_unless(not key, ""))
    if kind == "file":
        return in_folder(Path(folder))
    return in_bucket(bucket=bucket, endpoint=endpoint, region=region, key=key, secret=secret)


def in_folder(folder: Path) -> dict[str, Any]:
    """Give the entry of Django's STORAGES for a folder, which is made with its first picture."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder), "base_url": None, "file_permissions_mode": 0o640},
    }


def in_bucket(*, bucket: str, endpoint: str, region: str, key: str, secret: str) -> dict[str, Any]:
    """Give the entry for a bucket. An endpoint is needed beside Amazon; no key: the machine's own role."""
    # Imported only where it is asked for: it costs every start half a second.
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    options: dict[str, Any] = {
        "bucket_name": bucket,
        "location": PREFIX,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "default_acl": None,
        "file_overwrite": True,  # names are random: nothing is overwritten, and nobody needs to ask
        "max_memory_size": 8 * 1024 * 1024,
        "transfer_config": TransferConfig(use_threads=False),
        "client_config": Config(
            connect_timeout=CONNECTS_WITHIN,
            read_timeout=ANSWERS_WITHIN,
            retries={"mode": "standard", "total_max_attempts": 3},
            signature_version="s3v4",
            # Services beside Amazon's know neither bucket names as hosts nor its newer checksums for certain.
            s3={"addressing_style": "path" if endpoint else "virtual"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
    if key:
        options |= {"access_key": key, "secret_key": secret}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
