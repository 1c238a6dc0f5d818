import { BaseUrl, type Dialect } from '../../shared/schemas.ts'

const paths: Record<Dialect, string> = {
  openai: '/chat/completions',
  anthropic: '/v1/messages',
  google: '/v1beta/models/MODEL:generateContent',
}

/** Where a request to this base URL goes, in full; undefined while it is no address yet. */
export function requestAddress(base_url: string, dialect: Dialect): string | undefined {
  const parsed = BaseUrl.safeParse(base_url)
  return parsed.success ? parsed.data.replace(/\/+$/, '') + paths[dialect] : undefined
}
