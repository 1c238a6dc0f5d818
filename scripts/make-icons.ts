// Renders resources/icon.svg to the pictures that window, tray and packages need: node scripts/make-icons.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { findChromium } from '../test/support/find-chromium.ts'

const folder = join(import.meta.dirname, '../resources')
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8')

/** macOS draws a template's shape in the menu bar's own colour, so there it is the keyhole alone, cut to its box. */
const template = svg
  .replace(/<rect[^>]*\/>/, '')
  .replace('viewBox="0 0 512 512"', 'viewBox="86 86 340 340"')
  .replace('#FFFFFF', '#000000')

const pictures: { file: string; size: number; source: string }[] = [
  { file: 'icon.png', size: 512, source: svg },
  ...[16, 24, 32, 48, 64, 128, 256, 512].map((size) => ({ file: `icons/${size}x${size}.png`, size, source: svg })),
  { file: 'tray.png', size: 22, source: svg },
  { file: 'tray@2x.png', size: 44, source: svg },
  { file: 'trayTemplate.png', size: 18, source: template },
  { file: 'trayTemplate@2x.png', size: 36, source: template },
]

async function render(page: Page, source: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${source}`)
  return page.screenshot({ omitBackground: true })
}

mkdirSync(join(folder, 'icons'), { recursive: true })
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const page = await browser.newPage()
  for (const { file, size, source } of pictures) writeFileSync(join(folder, file), await render(page, source, size))
} finally {
  await browser.close()
}
console.log(`${pictures.length} pictures in resources/`)
