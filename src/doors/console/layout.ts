import type { RequestFacts } from '../../model/index.ts'
import { buttonForm, notice, tokenField } from './components/fields.ts'
import type { ConsoleSession } from './console-broker.ts'
import { html, type View } from './html.ts'
import type { Reply } from './reply.ts'
import type { StaticFiles } from './static-files.ts'
import { nameOf } from './who.ts'

interface Surroundings {
  readonly files: StaticFiles
  readonly facts: RequestFacts
  readonly session: ConsoleSession | undefined
}

/** The document around a page: what it loads, who is signed in, the way to its content and the way out. */
export function layout(
  { title, view, showsReference }: Extract<Reply, { kind: 'shown' }>,
  { files, facts, session }: Surroundings,
): View {
  return html`
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} - Rolecall</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" type="image/svg+xml" href=${files.path('icon.svg')} />
        <link rel="stylesheet" href=${files.path('console.css')} />
        <script src=${files.path('console.js')} defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="mark" href="/console"><img src=${files.path('icon.svg')} alt="" width="24" height="24" />Rolecall</a>
          ${session && whoIsIn(session)}
        </header>
        <main id="main" tabindex="-1">${session?.caller.kind === 'root' && rootWarning()}${view}</main>
        ${showsReference && html`<footer>Reference: <code>${facts.requestId}</code></footer>`}
      </body>
    </html>
  `
}

/** It stands on every page, so that nobody gets used to being root. */
function rootWarning(): View {
  return notice(
    'warning',
    html`<p>You are the root user, who may do everything in this account. Sign in as a user or role for everyday work.</p>`,
  )
}

function whoIsIn(session: ConsoleSession): View {
  return html`
    <div class="who">
      <span class="who-name">${nameOf(session)} <span class="at">@ ${session.account}</span></span>
      ${session.switchedFrom && buttonForm(session, { action: '/console/switch-back', values: {}, button: html`<button class="quiet">Switch back</button>` })}
      <form method="post" action="/signout">${tokenField(session)}<button class="quiet">Sign out</button></form>
    </div>
  `
}
