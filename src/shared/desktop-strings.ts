// The part of the catalogue of texts that the desktop draws itself: menus, tray and its own dialogs. It stands here because
// the main process, the core and the window may all read it; the window's catalogue holds it too, so that a translation is
// still one object.
export const desktopStrings = {
  app: 'Latchkey',

  menu: {
    settings: 'Settings…',
    file: 'File',
    addProvider: 'Add Provider…',
    lock: 'Lock Now',
    hide: 'Hide',
    find: 'Find',
    view: 'View',
    allActions: 'All Actions…',
    help: 'Help',
  },

  tray: {
    open: 'Open Latchkey',
    refusals: 'Accesses were refused: see Activity',
    oldMasterKey: (days: number) => `The master key is ${days} days old`,
    oldKeys: (keys: number, oldest: string, days: number) =>
      keys === 1 ? `The key of ${oldest} is ${days} days old` : `${keys} keys are up to ${days} days old`,
    listener: (port: string) => `Let local tools connect, port ${port}`,
    listenerElsewhere: (port: string) => `Local tools connect to another Latchkey, port ${port}`,
    pause: 'Pause all tools',
    lock: 'Lock Now',
    quit: 'Quit Latchkey',
  },

  closing: {
    question: 'Keep Latchkey running in the tray?',
    text: 'In the tray, local tools can go on using it. You are asked this once; Settings can change it.',
    buttons: ['Keep in Tray', 'Quit', 'Cancel'],
  },

  choose: {
    keyFile: 'Choose the key file of this vault',
    authorities: 'Choose the certificates of your own authority',
    backup: 'Save the backup',
    restore: 'Choose a backup of Latchkey',
    recoveryCopy: 'Save the recovery copy',
    import: {
      keys: 'Choose a file that has keys in it',
      dump: 'Choose a dump of Open R4U',
      dump_key: 'Choose the file with the ENCRYPTION_KEY of Open R4U',
    },
  },

  refused: {
    title: (switches: readonly string[]) => `Latchkey does not start with ${switches.join(', ')}.`,
    text: 'That would open the vault to other programs.',
  },
}
