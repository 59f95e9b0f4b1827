"""Gets a page with one of Python's clients, which must succeed.

get.py urllib|requests|httpx|boto3 URL
"""

import sys
import urllib.request


def by_urllib(url):
    return urllib.request.urlopen(url, timeout=20).status


def by_requests(url):
    import requests

    return requests.get(url, timeout=20).status_code


def by_httpx(url):
    import httpx

    return httpx.get(url, timeout=20).status_code


def by_boto3(url):
    """AWS's own: asks a storage service, which the page must be."""
    import boto3

    answer = boto3.client("s3", endpoint_url=url).list_buckets()
    return answer["ResponseMetadata"]["HTTPStatusCode"]


client, url = sys.argv[1:]
print(globals()[f"by_{client}"](url))
