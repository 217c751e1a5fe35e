// Prints who it is, with whatever credentials the AWS SDK for JavaScript finds by itself.
import process from 'node:process'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

process.stdout.write((await new STSClient().send(new GetCallerIdentityCommand())).Arn)
