"""What boto3 sees of a bucket that Casemate wrote to.

check.py bucket ENDPOINT BUCKET REGION            makes a bucket with Object Lock
check.py stored ENDPOINT BUCKET REGION KEY VERSION SHA256
                                                  the version is there, checked and locked, and no other version is
check.py manifest ENDPOINT BUCKET REGION FILE PREFIX
                                                  so is every object of a manifest
check.py signed ENDPOINT BUCKET REGION LOG        botocore signs the reads in the server's log in the same way
"""

import datetime
import hashlib
import json
import re
import sys
import urllib.parse

import boto3
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest


def bucket(s3, name, region):
    s3.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": region},
    )


def stored(s3, name, key, version, sha256):
    answer = s3.get_object(Bucket=name, Key=key, VersionId=version, ChecksumMode="ENABLED")
    assert hashlib.sha256(answer["Body"].read()).hexdigest() == sha256, "other bytes"
    assert answer["ObjectLockMode"] == "COMPLIANCE", answer["ObjectLockMode"]
    left = answer["ObjectLockRetainUntilDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=50) < left <= datetime.timedelta(minutes=61), left
    versions = s3.list_object_versions(Bucket=name, Prefix=key)
    same = [found["VersionId"] for found in versions["Versions"] if found["Key"] == key]
    assert same == [version], versions["Versions"]
    assert not versions.get("DeleteMarkers"), "a delete marker"


def manifest(s3, name, path, prefix):
    objects = [entry for entry in map(json.loads, open(path, encoding="utf-8")) if "key" in entry]
    kinds = {entry["key"].split("/")[0] for entry in objects}
    assert kinds == {"segments", "tile", "checkpoint", "policies"}, kinds
    for entry in objects:
        stored(s3, name, f"{prefix}/{entry['key']}", entry["version"], entry["sha256"])
    print(f"{len(objects)} objects")


def signed(endpoint, region, log):
    auth = S3SigV4QueryAuth(boto3.Session().get_credentials(), "s3", region, expires=300)
    count = 0
    for line in open(log, encoding="utf-8"):
        found = re.search(r"(GET|HEAD) (/\S*X-Amz-SignedHeaders=\S+) HTTP", line)
        if not found:
            continue
        method, target = found.groups()
        target, signature = target.rsplit("&X-Amz-Signature=", 1)
        pairs = dict(urllib.parse.parse_qsl(target.split("?", 1)[1], keep_blank_values=True))
        # The log is not in the encoding of the wire.
        query = "&".join(f"{name}={urllib.parse.quote(value, safe='-._~')}" for name, value in sorted(pairs.items()))
        request = AWSRequest(method=method, url=f"{endpoint}{target.split('?', 1)[0]}?{query}")
        if method == "HEAD":
            request.headers["x-amz-checksum-mode"] = "ENABLED"
        request.context["timestamp"] = pairs["X-Amz-Date"]
        text = auth.string_to_sign(request, auth.canonical_request(request))
        assert auth.signature(text, request) == signature, target
        count += 1
    assert count > 5, count
    print(f"{count} signatures are those of botocore")


def main(what, endpoint, name, region, *rest):
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name=region)
    if what == "bucket":
        bucket(s3, name, region)
    elif what == "stored":
        stored(s3, name, *rest)
    elif what == "manifest":
        manifest(s3, name, *rest)
    else:
        signed(endpoint, region, *rest)


main(*sys.argv[1:])
