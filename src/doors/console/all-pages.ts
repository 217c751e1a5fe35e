import type { ConsoleBroker } from './console-broker.ts'
import type { Page } from './page.ts'
import { choosePasswordPage } from './pages/choose-password.ts'
import { credentialsPage } from './pages/credentials.ts'
import { homePage } from './pages/home.ts'
import { signInPage } from './pages/sign-in.ts'
import { signOutPage } from './pages/sign-out.ts'

/** Every page that there is. */
export function allPages(broker: ConsoleBroker): readonly Page[] {
  return [signInPage(broker), choosePasswordPage(broker), homePage, credentialsPage(broker), signOutPage(broker)]
}
