// The listener of the desktop window (SECURITY check 11): its port is closed until the person opens it.
import { createServer, type AddressInfo } from 'node:net'
import { expect, test, type Latchkey } from './support/fixture.ts'
import { button } from './support/on-screen.ts'
import { askAsTool } from './support/tool.ts'
import { dumpVault } from './support/vault-file.ts'

const anyPort = (latchkey: Latchkey) => latchkey.prepare((client) => client.updateSettings({ listener_port: 0 }))

/** How many sockets the main process listens on. */
const listening = (latchkey: Latchkey): Promise<number> =>
  latchkey
    .desktop()
    .evaluate(() => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length, undefined)

test('opens no port before it is asked to, records that, and asks again after a restart', async ({ latchkey }) => {
  await anyPort(latchkey)
  const page = await latchkey.open()
  const connect = page.getByRole('switch', { name: 'Let local tools connect' })
  await expect(button(page, /^Listener off.*No tool can connect$/)).toBeVisible()
  expect(await listening(latchkey)).toBe(0)
  await button(page, /^Listener off.*No tool can connect$/).click()
  await connect.click()
  await expect(connect).toBeChecked()
  expect(await listening(latchkey)).toBeGreaterThan(0)
  expect(dumpVault(latchkey.home)).toContain('"listener.on"')

  const again = await latchkey.restart()
  await expect(button(again, /^Listener off.*No tool can connect$/)).toBeVisible()
  expect(await listening(latchkey)).toBe(0)
})

test('opens its port at the start where that was chosen', async ({ latchkey }) => {
  await anyPort(latchkey)
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  const chosen = page.getByRole('switch', { name: 'Switch on when Latchkey starts' })
  await chosen.click()
  await expect(chosen).toBeChecked()
  expect(await listening(latchkey)).toBe(0)
  const again = await latchkey.restart()
  await expect(button(again, /^Listener on.*127\.0\.0\.1:\d+$/)).toBeVisible()
})

test('moves to another port at once, and says at the field where that is taken', async ({ latchkey }) => {
  await anyPort(latchkey)
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  await page.getByRole('switch', { name: 'Let local tools connect' }).click()
  const shown = page.getByText(/^http:\/\/127\.0\.0\.1:\d+$/)
  const before = (await shown.textContent()) ?? ''
  const port = page.getByRole('textbox', { name: 'Port' })

  await using taken = await takePort()
  await port.fill(String(taken.port))
  await port.press('Enter')
  await expect(page.getByText(`Port ${taken.port} is used by another program.`)).toBeVisible()
  await expect(shown).toHaveText(before)

  const free = await freePort()
  await port.fill(String(free))
  await port.press('Enter')
  await expect(shown).toHaveText(`http://127.0.0.1:${free}`)
  expect(await askAsTool(`http://127.0.0.1:${free}`, 'no-token-but-long-enough')).toBe(401)
  await expect.poll(() => askAsTool(before, 'no-token-but-long-enough')).toBe('refused')
})

test('says which port is taken and offers the next', async ({ latchkey }) => {
  await using taken = await takePort()
  await latchkey.prepare((client) => client.updateSettings({ listener_port: taken.port }))
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  const connect = page.getByRole('switch', { name: 'Let local tools connect' })
  await connect.click()
  await expect(
    page.getByText(`Port ${taken.port} is used by another program. Choose another port, or quit that program.`),
  ).toBeVisible()
  await expect(connect).not.toBeChecked()
  await button(page, 'Try again').click()
  await expect(page.getByText(`Port ${taken.port} is used by another program.`)).toBeVisible()
  await button(page, `Use ${taken.port + 1}`).click()
  await expect(connect).toBeChecked()
  await expect(page.getByText(`http://127.0.0.1:${taken.port + 1}`, { exact: true })).toBeVisible()
})

test('shows the listener of another Latchkey in place of its own switch', async ({ latchkey }) => {
  await latchkey.prepare()
  const server = await latchkey.serve('--port', '0')
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  await expect(
    page.getByText(new RegExp(`^Another Latchkey listens for this vault at ${server.address}`)),
  ).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Let local tools connect' })).toHaveCount(0)
})

/** Holds a port whose next one is free. */
async function takePort(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function freePort(): Promise<number> {
  await using taken = await takePort()
  return taken.port
}
