import './zod-jitless.ts'
import './style-nonce.ts'
import './styles.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { overHttp } from './api.ts'
import { App } from './app.tsx'
import { openSession, useSession } from './session.ts'
import { showRememberedTheme } from './state/theme.ts'

showRememberedTheme()

if (overHttp) await openSession()
else useSession.setState('open', true)

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
