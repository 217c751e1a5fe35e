import { defineChange } from '../define.ts'
import { isExpired, isGenerated, isUnderWay } from './report-states.ts'
import { writeReport } from './write-report.ts'

/**
 * Has a report of all users' credentials written, unless there is one of the last four hours.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
 */
export const generateCredentialReport = defineChange({
  action: 'iam:GenerateCredentialReport',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:GenerateCredentialReport', resource: '*' }],

  async change({ account, now }, edit, { background }) {
    const report = await edit.stored('credential-report', account)
    if (report !== undefined && isGenerated(report) && !isExpired(report, now)) return { State: 'COMPLETE' }
    if (report !== undefined && isUnderWay(report, now)) return { State: 'INPROGRESS' }
    background.checkRoom()
    edit.put('credential-report', account, account, { account, startedAt: now })
    const Description = report === undefined ? 'No report exists. Starting a new report generation task' : undefined
    return { State: 'STARTED', Description }
  },

  afterwards({ State }, { account, now }, broker) {
    if (State === 'STARTED') broker.background.start((signal) => writeReport(account, now, broker, signal))
  },
})
