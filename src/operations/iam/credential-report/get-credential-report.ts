import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { defineRead } from '../define.ts'
import {
  isExpired,
  isGenerated,
  isUnderWay,
  ReportExpired,
  ReportInProgress,
  ReportNotPresent,
} from './report-states.ts'

const decompress = promisify(inflateRaw)

/** Answers the report that was generated last. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html */
export const getCredentialReport = defineRead({
  action: 'iam:GetCredentialReport',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:GetCredentialReport', resource: '*' }],

  async read({ account, now }, { records }) {
    const report = await records.stored('credential-report', account)
    if (report !== undefined && isUnderWay(report, now)) {
      throw new ReportInProgress('The credential report is still being generated.')
    }
    if (report === undefined || !isGenerated(report)) {
      throw new ReportNotPresent('The credential report does not exist. To generate one, use GenerateCredentialReport.')
    }
    if (isExpired(report, now)) {
      throw new ReportExpired('The credential report has expired. To generate a new one, use GenerateCredentialReport.')
    }
    const text = await decompress(Buffer.from(report.content, 'base64'))
    return {
      Content: text.toString('base64'),
      ReportFormat: 'text/csv',
      GeneratedTime: new Date(report.generatedAt),
    }
  },
})
