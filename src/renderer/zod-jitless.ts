// First import of the page: zod would otherwise try `new Function`, which the content policy refuses.
import { z } from 'zod'

z.config({ jitless: true })
