"""Calls GetCallerIdentity with whatever credentials boto3 finds: once for each line "call". A line "later SECONDS" moves
the clock by which it judges whether they have to be refreshed."""

import datetime
import sys

import boto3
from botocore.exceptions import ClientError

session = boto3.Session()
client = session.client('sts')
credentials = session.get_credentials()
late = datetime.timedelta()
real_now = credentials._time_fetcher
credentials._time_fetcher = lambda: real_now() + late

for line in sys.stdin:
    word, *more = line.split()
    if word == 'later':
        late += datetime.timedelta(seconds=int(more[0]))
        continue
    try:
        arn = client.get_caller_identity()['Arn']
        print('ok', arn, credentials.access_key, flush=True)
    except ClientError as refused:
        print('error', refused.response['Error']['Code'], flush=True)
