// Asks a keychain that hangs and ends, or is killed, while it waits; says the helper's process id first.
import { startNodeHelper, type StartKeychainHelper } from '../../../src/core/crypto/keychain-process.ts'
import { newKeychainSource } from '../../../src/core/crypto/keychain.ts'

const [, , how] = process.argv

const start: StartKeychainHelper = (script, env) => {
  const helper = startNodeHelper(script, env)
  return {
    ...helper,
    send(request) {
      helper.send(request)
      console.log(helper.pid)
      if (how === 'exit') process.exit(7)
    },
  }
}

await newKeychainSource('/x', { env: process.env, start }).read()
