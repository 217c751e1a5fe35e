import type { ConsoleBroker } from './console-broker.ts'
import type { Page } from './page.ts'
import { accessKeysPage } from './pages/access-keys.ts'
import { choosePasswordPage } from './pages/choose-password.ts'
import { credentialsPage } from './pages/credentials.ts'
import { federationPage } from './pages/federation.ts'
import { homePage } from './pages/home.ts'
import { mfaPage } from './pages/mfa.ts'
import { mfaDevicePage } from './pages/mfa-device.ts'
import { mfaEnrollmentPage } from './pages/mfa-enrollment.ts'
import { oidcCallbackPage, oidcLoginPage, oidcRolesPage } from './pages/oidc-login.ts'
import { passwordPage } from './pages/password.ts'
import { redeemPage } from './pages/redeem.ts'
import { samlPage, samlRolePage } from './pages/saml.ts'
import { samlLoginPage } from './pages/saml-login.ts'
import { samlMetadataPage } from './pages/saml-metadata.ts'
import { signInPage } from './pages/sign-in.ts'
import { signOutPage } from './pages/sign-out.ts'
import { switchBackPage } from './pages/switch-back.ts'
import { switchRolePage } from './pages/switch-role.ts'

/** Every page that there is. */
export function allPages(broker: ConsoleBroker): readonly Page[] {
  return [
    signInPage(broker),
    choosePasswordPage(broker),
    samlPage(broker),
    samlRolePage(broker),
    samlLoginPage(broker.saml),
    samlMetadataPage(broker.saml),
    redeemPage(broker),
    oidcLoginPage(broker),
    oidcCallbackPage(broker),
    oidcRolesPage(broker),
    federationPage(broker),
    homePage,
    credentialsPage(broker),
    accessKeysPage(broker),
    passwordPage(broker),
    mfaPage(broker),
    mfaEnrollmentPage(broker),
    mfaDevicePage(broker),
    switchRolePage(broker),
    switchBackPage(broker),
    signOutPage(broker),
  ]
}
