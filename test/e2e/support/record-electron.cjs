// Loaded into the real Electron before the app (`-r`): writes down what the app does to the desktop and answers its
// dialogs, as the stand-in does by itself (test/support/electron-host/record.ts).
const { app, clipboard, dialog, shell, Tray } = require('electron')

const record = {
  windowOptions: [],
  trayMenus: [],
  dialogs: [],
  openedExternally: [],
  printed: [],
  answers: [],
  waitingDialogs: [],
}

function showDialog(kind, options) {
  record.dialogs.push({ kind, options })
  const ready = record.answers.shift()
  return ready === undefined ? new Promise((resolve) => record.waitingDialogs.push(resolve)) : Promise.resolve(ready)
}

dialog.showMessageBox = async (...args) => ({ checkboxChecked: false, ...(await showDialog('message', args.at(-1))) })
dialog.showOpenDialog = async (...args) => {
  const { filePaths = [] } = await showDialog('open', args.at(-1))
  return { canceled: filePaths.length === 0, filePaths }
}
dialog.showSaveDialog = async (...args) => {
  const { filePaths = [] } = await showDialog('save', args.at(-1))
  return { canceled: filePaths.length === 0, filePath: filePaths[0] ?? '' }
}
dialog.showErrorBox = (title, content) => record.dialogs.push({ kind: 'error', options: { title, content } })
shell.openExternal = async (url) => void record.openedExternally.push(url)

const setContextMenu = Object.getOwnPropertyDescriptor(Tray.prototype, 'setContextMenu').value
Tray.prototype.setContextMenu = function (menu) {
  record.trayMenus.push(menu)
  setContextMenu.call(this, menu)
}
async function print({ debugger: devtools }, done) {
  devtools.attach()
  const { result } = await devtools.sendCommand('Runtime.evaluate', { expression: 'document.body.innerText' })
  record.printed.push(result.value)
  done(true, '')
}

app.on('browser-window-created', (_event, window) => {
  record.windowOptions.push({ webPreferences: window.webContents.getLastWebPreferences() })
  // No machine of tests has a printer, and no dialog of the system can be answered.
  const { webContents } = window
  webContents.print = (_options, done) => void print(webContents, done)
})

globalThis.latchkeyHost = {
  record,
  answerDialog(answer) {
    const waiting = record.waitingDialogs.shift()
    if (waiting === undefined) record.answers.push(answer)
    else waiting(answer)
  },
  async clipboardFormats() {
    const items = await clipboard.read()
    const found = {}
    for (const item of items) for (const type of item.types) found[type] = await (await item.getType(type)).text()
    return found
  },
}
