import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
/** A folder outside the project, for who wants to look at the pages: each is left there as a picture. */
const SCREENSHOTS = process.env['ROLECALL_SCREENSHOTS']
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Of a phone, and of a desk. */
const WIDTHS = [375, 1280] as const
const SCHEMES = ['light', 'dark'] as const

/** Why tests with a browser are skipped; `false` where there is one. */
export const noBrowser = existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed`

/** How a browser of a test differs from the usual one. */
interface BrowserOptions {
  readonly javaScript?: boolean
}

let launched: Promise<Browser> | undefined
after(async () => (await launched)?.close())

/** A browser of its own, with no cookies, until the test is over. Nothing that a page does may fail or be forbidden. */
export async function openBrowser(t: TestContext, { javaScript = true }: BrowserOptions = {}): Promise<Page> {
  launched ??= chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  const context = await (await launched).newContext({ javaScriptEnabled: javaScript })
  context.setDefaultTimeout(10_000)
  const said: string[] = []
  context.on('weberror', (error) => said.push(String(error.error())))
  context.on('console', (message) => {
    // That an answer was a refusal is for the test to say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) said.push(message.text())
  })
  t.after(async () => {
    await context.close()
    assert.deepEqual(said, [], 'the browser complained')
  })
  return await context.newPage()
}

/**
 * Looks at a page as it stands there, on a phone and on a desk, light and dark: it is not wider than the screen, and people
 * who cannot see it can use it.
 * @param name - of its pictures
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme })
      if (SCREENSHOTS !== undefined) {
        mkdirSync(SCREENSHOTS, { recursive: true })
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: true })
      }
      const wider = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
      assert.ok(wider <= 0, `${name} is ${wider} pixels too wide at ${width}`)
      await page.evaluate(AXE)
      const findings = await page.evaluate<readonly string[]>(FINDINGS)
      assert.deepEqual(findings, [], `${name} at ${width}, ${colorScheme}`)
    }
  }
}

const FINDINGS = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`
