// A local tool: what it gets from the listener.

/** Asks the listener for the providers; answers the status, or `refused` where nobody listens. */
export const askAsTool = (address: string, token: string): Promise<number | 'refused'> =>
  statusOf(`${address}/api/v1/providers`, token)

/** Asks the gateway which models there are; the answer comes from the vault alone. */
export const listModelsAsTool = (address: string, token: string): Promise<number | 'refused'> =>
  statusOf(`${address}/v1/models`, token)

async function statusOf(url: string, token: string): Promise<number | 'refused'> {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 'refused'
  }
}
