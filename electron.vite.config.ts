import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

/** What cannot be bundled: Electron itself, and packages that carry native code. */
const external = ['electron', 'better-sqlite3', '@napi-rs/keyring']

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/**
 * Writes the fixed list of the page's files: path in the address → file and media type. Window and browser mode
 * serve what stands in it and nothing else, so that no request ever names a file.
 */
function listFiles(target: string): Plugin {
  return {
    name: 'latchkey-list-files',
    apply: 'build',
    async writeBundle(_, bundle) {
      const files = Object.keys(bundle)
        .sort()
        .map((file) => {
          const type = MEDIA_TYPES[/\.[a-z]+$/.exec(file)?.[0] ?? '']
          if (type === undefined) throw new Error(`${file} has no media type in electron.vite.config.ts`)
          return [file === 'index.html' ? '/' : `/${file}`, { file, type }] as const
        })
      await writeFile(target, `${JSON.stringify(Object.fromEntries(files), null, 2)}\n`)
    },
  }
}

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // Pure JavaScript goes into the bundle: one file starts faster than some hundred.
      externalizeDeps: false,
      target: 'node22',
      rollupOptions: {
        input: {
          index: resolve('src/main/index.ts'),
          cli: resolve('src/cli/index.ts'),
          // A process of its own, started by either.
          'keychain-helper': resolve('src/core/crypto/keychain-helper.ts'),
          // A thread of its own, started by either.
          'rotation-worker': resolve('src/core/rotation/rotation-worker.ts'),
        },
        external,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload is CommonJS and can require nothing but electron.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: resolve('src/preload/index.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react(), tailwindcss(), listFiles(resolve('out/renderer-files.json'))],
    build: {
      outDir: join('out', 'renderer'),
      target: 'chrome140',
      minify: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      // It is read from this machine's disk, not over a network.
      chunkSizeWarningLimit: 1000,
      rollupOptions: { input: resolve('src/renderer/index.html') },
    },
  },
})
